// Lets a test hear what hls.js plays in the sample's page: a button plays it through a context, whose output capture.js records. Notes what
// a listener would notice.
(() => {
  const heard = (globalThis.heard = { hls: undefined, errors: [], waits: 0, from: undefined, state });

  globalThis.Hls = class extends Hls {
    constructor(options) {
      super(options);
      heard.hls = this;
      this.on(Hls.Events.ERROR, (_, { fatal, details, error }) => heard.errors.push({ fatal, details, error: `${error}` }));
    }
  };

  const button = document.body.appendChild(document.createElement('button'));
  button.textContent = 'Play';
  button.onclick = async () => {
    const audio = document.querySelector('audio');
    audio.onplaying = () => (heard.from ??= audio.currentTime);
    audio.onwaiting = () => (heard.waits += heard.from === undefined ? 0 : 1);
    const context = new AudioContext({ sampleRate: 48000 });
    context.createMediaElementSource(audio).connect(context.destination);
    await audio.play();
  };

  function state() {
    const { currentTime, buffered, error } = document.querySelector('audio');
    const ranges = Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);
    const { errors, waits, from, hls } = heard;
    return {
      played: currentTime - from,
      ranges,
      error: error?.message,
      errors,
      waits,
      behind: hls.latency,
      level: hls.levels[hls.currentLevel]?.uri,
    };
  }
})();
