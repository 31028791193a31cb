// Usage: node take.js TOOLS CHROMIUM FOLDER [NAME…]: takes the pictures into the folder.

import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { drawCover, PICTURES, SCENES } from './scenes.js';
import { startServer } from './server.js';

const [tools, executablePath, folder, ...names] = process.argv.slice(2);
const require = createRequire(`${resolve(tools)}/`);
const puppeteer = require('puppeteer-core');
const QrCode = require('qrcode');
const sharp = require('sharp');

/** @type {Map<string, Buffer>} */
const covers = new Map();
const drawCode = (/** @type {string} */ text) => QrCode.toString(text, { type: 'svg', margin: 2 });
const server = await startServer(require('ws').WebSocketServer, covers, drawCode);
const browser = await puppeteer.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
    '--hide-scrollbars',
    // A name, so that the page offers its QR code.
    `--host-resolver-rules=MAP radio.local:8000 127.0.0.1:${server.port}`,
  ],
});
try {
  const blank = await browser.newPage();
  for (const art of Object.values(SCENES)
    .flat()
    .flatMap((station) => station.art ?? [])) {
    const name = art.split('/').at(-1);
    covers.set(name, Buffer.from((await blank.evaluate(drawCover, name)).split(',')[1], 'base64'));
  }

  for (const picture of PICTURES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    await take(picture);
    console.log(picture.name);
  }
} finally {
  await browser.close();
  server.close();
}

/** @param {typeof PICTURES[number]} picture */
async function take({ name, scene, width, height, scale = 1, theme, hash = '', play, panel, isOffline }) {
  server.state.stations = SCENES[scene];
  server.state.isOffline = false;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.on('pageerror', (/** @type {Error} */ error) => console.error(name, error.message));
  await page.setViewport({ width, height, deviceScaleFactor: scale });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  await page.goto(`http://radio.local:8000/${hash}`, { waitUntil: 'domcontentloaded' });
  await page.waitForSelector('body.live');
  if (play) {
    await page.click(`#station-${play} .play`);
    await page.waitForSelector('.dock[data-state=playing], .dock[data-state=failed]');
    if (panel) {
      await page.click('.dock [aria-controls=details]');
    }

    await calm(page, panel ? 15_000 : 1500);
  }

  if (isOffline) {
    server.state.isOffline = true;
    server.dropReaders();
    await page.waitForFunction(() => document.querySelector('.note')?.textContent !== '');
  }

  await page.waitForFunction(() => [...document.images].every((image) => image.complete || image.loading === 'lazy'));
  await page.mouse.move(0, 0);
  await page.evaluate(() => /** @type {HTMLElement | null} */ (document.activeElement)?.blur());
  await wait(500);
  // 256 colours are enough for a page.
  const png = await page.screenshot();
  await sharp(png).png({ palette: true, dither: 0.5, effort: 10, compressionLevel: 9 }).toFile(`${folder}/${name}.png`);
  await context.close();
}

/** Waits until the player has played for `ms` without an interruption. Gives up after 45 s. @param {any} page @param {number} ms */
async function calm(page, ms) {
  const isCalm = () =>
    /^(1?\d?\d ms)?$/.test(document.querySelector('.delay')?.textContent ?? '') && !document.querySelector('.dock[data-state=waiting]');
  let since = performance.now();
  for (const start = since; performance.now() - since < ms && performance.now() - start < 45_000;) {
    since = (await page.evaluate(isCalm)) ? since : performance.now();
    await wait(100);
  }
}

/** @param {number} ms */
function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
