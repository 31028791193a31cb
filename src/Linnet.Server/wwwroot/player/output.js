// Where decoded sound goes: an AudioWorklet, or scheduled buffers where there is none (a page without HTTPS).

import { ScheduledOutput } from './scheduler.js';

const MOST_AHEAD_MS = 50;

/**
 * @param {AudioContext} context @param {boolean} useWorklet @param {OutputOptions} options
 * @param {(report: PlayoutReport) => void} onReport Called some times a second.
 * @param {() => void} onError The worklet has failed. @returns {Promise<Output>}
 */
export async function createOutput(context, useWorklet, options, onReport, onError) {
  if (!useWorklet || !context.audioWorklet) {
    return new ScheduledOutput(context, options, onReport);
  }

  await context.audioWorklet.addModule(new URL('./worklet.js', import.meta.url));
  return new WorkletOutput(context, options, onReport, onError);
}

class WorkletOutput {
  /**
   * @param {AudioContext} context @param {OutputOptions} options @param {(report: PlayoutReport) => void} onReport
   * @param {() => void} onError
   */
  constructor(context, options, onReport, onError) {
    this.node = new AudioWorkletNode(context, 'linnet-playout', {
      numberOfInputs: 0,
      outputChannelCount: [options.channels],
      processorOptions: options,
    });
    this.node.port.onmessage = ({ data }) => onReport(data);
    this.node.onprocessorerror = onError;
  }

  /** @param {Block} block */
  put(block) {
    this.#send(
      { type: 'sound', ...block },
      block.planes.map((plane) => plane.buffer),
    );
  }

  /** @param {number} least @param {number} most */
  setBounds(least, most) {
    this.#send({ type: 'bounds', least, most });
  }

  close() {
    this.node.port.onmessage = this.node.onprocessorerror = null;
    this.#send({ type: 'fade' });
    setTimeout(() => {
      this.#send({ type: 'close' });
      this.node.disconnect();
    }, 200);
  }

  /** @param {WorkletMessage} message @param {Transferable[]} [transfer] */
  #send(message, transfer = []) {
    this.node.port.postMessage(message, transfer);
  }
}

/**
 * When a frame of a context is heard.
 * @param {AudioContext} context @param {number} at The frame's time on the context's clock, in seconds.
 * @returns {number} By `performance.now()`, in ms.
 */
export function heardAtMs(context, at) {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp?.() ?? {};
  const now = performance.now();

  // A time in the future is wrong. WebKitGTK reports such times: its clock runs at twice the right speed.
  return contextTime > 0 && performanceTime > 0 && performanceTime < now + MOST_AHEAD_MS
    ? performanceTime + (at - contextTime) * 1000
    : now + (at - context.currentTime + (context.baseLatency || 0) + (context.outputLatency || 0)) * 1000;
}
