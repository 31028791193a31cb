// Usage: node validate.mjs NODE_MODULES URL…
// Reads media playlists and multivariant playlists as strict players do, with the parsers of hls.js' and other players' authors, and their
// fragmented MP4 with mp4box. Prints a line for each; ends with 1 at the first fault.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';

const [, , modules, ...urls] = process.argv;
const require = createRequire(`${modules}/`);
const { Parser } = require('m3u8-parser');
const hlsParser = require('hls-parser');
const mp4box = require('mp4box');
hlsParser.setOptions({ strictMode: true });

for (const url of urls) {
    const text = await (await get(url)).text();
    const strict = hlsParser.parse(text);
    const parser = new Parser();
    for (const event of ['warn', 'error']) {
        parser.on(event, ({ message }) => assert.fail(`${url}: m3u8-parser: ${message}`));
    }

    parser.push(text);
    parser.end();
    await (strict.isMasterPlaylist ? multivariant(url, strict, parser.manifest) : media(url, strict, parser.manifest));
}

async function multivariant(url, strict, loose) {
    assert.equal(loose.playlists.length, strict.variants.length);
    for (const { uri, codecs, bandwidth } of strict.variants) {
        assert(codecs && bandwidth > 0, `${url}: ${uri} has no codecs or no bandwidth`);
        await get(new URL(uri, url));
    }

    console.log(`${url}: ${strict.variants.map((variant) => variant.codecs).join(' ')}`);
}

async function media(url, strict, loose) {
    const { segments } = strict;
    assert(segments.length >= 2, `${url}: ${segments.length} segments`);
    assert.equal(loose.segments.length, segments.length);
    // The first segment after the start of the station follows nothing.
    assert(loose.discontinuityStarts.every((i) => i === 0));
    segments.forEach(({ duration, programDateTime }, i) => {
        assert(Math.round(duration) <= strict.targetDuration, `${url}: a segment of ${duration} s`);
        const next = segments[i + 1]?.programDateTime;
        const apart = next === undefined ? duration : (next - programDateTime) / 1000;
        // It may be more: a server that stood still begins to play later.
        assert(apart - duration > -0.0025, `${url}: segment ${i} of ${duration} s, but the next is ${apart} s later`);
    });
    const isMp4 = segments[0].map !== null && segments[0].map !== undefined;
    const codec = isMp4 ? await boxes(url, segments) : 'packed audio';
    console.log(`${url}: ${codec}, ${segments.length} segments`);
}

// Appends all to one file, as a player does; returns the codec.
async function boxes(url, segments) {
    const file = mp4box.createFile();
    let info;
    file.onReady = (told) => (info = told);
    file.onError = (module, message) => assert.fail(`${url}: mp4box: ${module} ${message}`);
    let offset = 0;
    for (const uri of [segments[0].map.uri, ...segments.map((segment) => segment.uri)]) {
        const bytes = await (await get(new URL(uri, url))).arrayBuffer();
        bytes.fileStart = offset;
        offset += bytes.byteLength;
        file.appendBuffer(bytes);
    }

    file.flush();
    assert(info?.isFragmented && info.tracks.length === 1, `${url}: mp4box finds no fragmented track`);
    const [track] = info.tracks;
    const samples = file.getTrackSamplesInfo(track.id);
    assert(samples.length > segments.length, `${url}: mp4box finds ${samples.length} samples`);
    samples.forEach(({ dts, duration }, i) =>
        assert(i === 0 || dts === samples[i - 1].dts + samples[i - 1].duration, `${url}: sample ${i} of ${duration} at ${dts}`),
    );
    return track.codec;
}

async function get(url) {
    const response = await fetch(url);
    assert.equal(response.status, 200, `${url}: ${response.status}`);
    return response;
}
