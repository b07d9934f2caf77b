/** Runs tasks later, in order, each from an empty stack. The product passes `setImmediate`, so that parties in one process never starve I/O. */
export type Defer = (task: () => void) => void;
