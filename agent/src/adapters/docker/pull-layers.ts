/** Adds up a pull's progress from what the daemon says of each layer. */

import type { PullProgress } from '../../images.ts';

export interface PullMessage {
  status?: string;
  /** The layer; absent in messages about the whole image. */
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { message?: string };
}

interface Layer {
  bytesDone: number;
  bytesTotal: number;
  isDone: boolean;
}

const layerDone = new Set(['Pull complete', 'Already exists']);
const layerStatus =
  /^(Pulling fs layer|Waiting|Downloading|Verifying Checksum|Download complete|Extracting|Pull complete|Already exists)$/;

export class PullLayers {
  readonly #layers = new Map<string, Layer>();

  take({ status = '', id, progressDetail }: PullMessage): void {
    if (id === undefined || !layerStatus.test(status)) return;
    const layer = this.#layers.get(id) ?? { bytesDone: 0, bytesTotal: 0, isDone: false };
    this.#layers.set(id, layer);
    if (status === 'Downloading') {
      layer.bytesDone = progressDetail?.current ?? layer.bytesDone;
      layer.bytesTotal = progressDetail?.total ?? layer.bytesTotal;
    }
    if (status === 'Download complete' || status === 'Extracting') layer.bytesDone = layer.bytesTotal;
    if (layerDone.has(status)) layer.isDone = true;
  }

  progress(): PullProgress {
    const layers = [...this.#layers.values()];
    const sum = (of: (layer: Layer) => number): number =>
      layers.reduce((total, layer) => total + of(layer), 0);
    return {
      layersDone: layers.filter((layer) => layer.isDone).length,
      layersTotal: layers.length,
      bytesDone: sum((layer) => layer.bytesDone),
      bytesTotal: sum((layer) => layer.bytesTotal),
    };
  }
}
