// The vectors that the C# tests write and check as well.

import { readFileSync } from 'node:fs';

/** @param {string} name @returns {any} */
export const vectors = (name) => JSON.parse(readFileSync(new URL(`../Linnet.Tests/Vectors/${name}.json`, import.meta.url), 'utf8'));
