/** Reads the values of flags that several commands have. Each throws commander's `InvalidArgumentError`. */

import { durationForms, parseDuration } from '@cleangrid/core/duration.ts';
import { InvalidArgumentError } from 'commander';

export function variable(text: string, earlier: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is written as NAME=VALUE.');
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/u.test(text) || number < 1 || number > 10_000)
    throw new InvalidArgumentError('It is a whole number from 1 to 10000.');
  return number;
}

/** Lines of a log. */
export function lines(text: string): number {
  if (!/^\d{1,7}$/u.test(text)) throw new InvalidArgumentError('It is a whole number of lines.');
  return Number(text);
}

/** Milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError(`It is ${durationForms}.`);
  return ms;
}
