/** The part of the port `ContainerRuntime` that concerns images. */

export interface Images {
  /** `image_missing` when it is not on the host. */
  get(name: string, signal?: AbortSignal): Promise<ImageDetails>;
  /**
   * Pulls with the user's own registry credentials. `image_missing`: the registry has no such image. `pull_refused`: these credentials may not.
   * `unavailable`: the registry cannot be reached. A pull without progress for `pullSilenceMsMax` is `timed_out`.
   */
  pull(name: string, progress: (progress: PullProgress) => void, signal?: AbortSignal): Promise<void>;
}

export interface ImageDetails {
  /** `sha256:…`: changes whenever the content does. */
  id: string;
  architecture: string;
  /** The image's own default. */
  user: string | null;
  hasHealthCheck: boolean;
}

/** Layers known so far; bytes only of layers whose size the registry told. */
export interface PullProgress {
  layersDone: number;
  layersTotal: number;
  bytesDone: number;
  bytesTotal: number;
}
