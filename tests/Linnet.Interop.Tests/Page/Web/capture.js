// Records what a page renders: all that any of its nodes sends to a destination, with the context's frame numbers. The tests run it in a
// page before they press play.
(() => {
  const capture = (globalThis.capture = { player: undefined, states: [], blocks: [], keepsBlocks: false, take });
  const pending = [];
  const { connect } = AudioNode.prototype;
  const { dispatchEvent } = EventTarget.prototype;
  const { postMessage } = MessagePort.prototype;
  let contexts = 0;

  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      void tap(this, contexts++);
    }

    return connect.call(this, to, ...rest);
  };

  // Players tell about themselves.
  EventTarget.prototype.dispatchEvent = function (event) {
    if (event.type === 'state' && event.detail) {
      capture.player = this;
      capture.states.push(event.detail.state);
    }

    return dispatchEvent.call(this, event);
  };

  // Decoded sound on its way to the worklet, which takes the arrays over.
  MessagePort.prototype.postMessage = function (message, ...rest) {
    if (capture.keepsBlocks && message?.type === 'sound') {
      capture.blocks.push({ position: message.position, sound: base64(interleave(message.planes)) });
    }

    return postMessage.call(this, message, ...rest);
  };

  async function tap(node, id) {
    const { context } = node;
    const keep = (frame, planes) => pending.push({ context: id, rate: context.sampleRate, frame, planes });
    let recorder;
    if (context.audioWorklet) {
      await context.audioWorklet.addModule('/capture-worklet.js');
      recorder = new AudioWorkletNode(context, 'capture', { channelCount: 2, channelCountMode: 'explicit' });
      recorder.port.onmessage = ({ data }) => keep(data.frame, data.planes);
    } else {
      recorder = countedRecorder(context, keep);
    }

    connect.call(node, recorder);
    connect.call(recorder, context.destination);
  }

  // Without worklets: buffers have no exact number, but each follows the one before, unless the page stood still for longer than a buffer.
  function countedRecorder(context, keep) {
    const frames = 16384;
    const recorder = context.createScriptProcessor(frames, 2, 2);
    let next;
    recorder.onaudioprocess = ({ inputBuffer, playbackTime }) => {
      const at = playbackTime * context.sampleRate;
      next ??= Math.round(at);
      next += Math.max(0, Math.floor((at - next) / frames + 0.25)) * frames;
      keep(next, [inputBuffer.getChannelData(0).slice(), inputBuffer.getChannelData(1).slice()]);
      next += frames;
    };
    return recorder;
  }

  // What was rendered since the last call.
  function take() {
    return pending.splice(0).map(({ planes, ...block }) => ({ ...block, sound: base64(interleave(planes)) }));
  }

  function interleave(planes) {
    const all = new Float32Array(planes.length * planes[0].length);
    planes.forEach((plane, channel) => plane.forEach((sample, i) => (all[i * planes.length + channel] = sample)));
    return all;
  }

  function base64(samples) {
    const bytes = new Uint8Array(samples.buffer);
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) {
      text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }

    return btoa(text);
  }
})();
