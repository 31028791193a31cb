// What an AudioWorklet's global scope has, which TypeScript's "dom" does not describe.

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
  abstract process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

declare function registerProcessor(name: string, processor: new (options: { processorOptions: any }) => AudioWorkletProcessor): void;

declare const currentFrame: number;
declare const sampleRate: number;
