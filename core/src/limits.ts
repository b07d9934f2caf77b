/**
 * Every bound of the product, in one place: its unit at the end of its name, its reason beside it, relations asserted in
 * `limits.test.ts`. A queue, buffer, retry or wait that is not bounded by one of these is a defect.
 */

const kib = 1024;
const mib = 1024 * kib;
const seconds = 1000;
const minutes = 60 * seconds;

/** A suite file larger than this is a mistake, and parsing it would stall the CLI. */
export const suiteFileBytesMax: number = 4 * mib;
/** Problems listed in one validation; the rest are counted. */
export const problemsShownMax: number = 100;
/** Files in one workspace: its manifest must fit one gRPC message. */
export const workspaceFilesMax: number = 20_000;
/** Bytes of one workspace file: blobs are held in memory while they travel. */
export const workspaceFileBytesMax: number = 64 * mib;

/** Steps without a `timeout` of their own. */
export const stepTimeoutMsDefault: number = 5 * minutes;
/** Scenarios without a `timeout` of their own; waiting for services is not counted. */
export const scenarioTimeoutMsDefault: number = 30 * minutes;
/** Services without a `ready_timeout` of their own. */
export const readyTimeoutMsDefault: number = 60 * seconds;
/** Attempts that a suite may ask for beyond the first. */
export const retriesMax: number = 10;
/** Attempts after the first that the grid spends on its own faults, per scenario. */
export const brokenRetriesMax: number = 2;

/** Kept of each output stream of a step, half from its start, half from its end: what `show` and reports can display. */
export const outputKeptBytesMax: number = 64 * kib;
/** Held per stream while a step runs, for expectations and captures; one that needs more fails with `output_limit`. */
export const outputEvaluatedBytesMax: number = 16 * mib;
/** A captured value becomes an environment variable, whose size the kernel bounds at 128 KiB. */
export const captureBytesMax: number = 64 * kib;
/** Log lines of a service kept beside a failure. */
export const serviceLogLinesMax: number = 50;

/** One Docker API call that is not a wait, a pull or a stream. A frozen daemon never answers. */
export const dockerCallMsMax: number = 30 * seconds;
/** Between SIGTERM and SIGKILL for a step or a service that is stopped. */
export const stopGraceMs: number = 5 * seconds;
