/** The commands for containers that a person wants for a while. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { heldLeaseMsDefault, heldLeaseMsMax, leasesListedDefault } from '@cleangrid/core/limits.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration, variable, wholeNumber } from './flag-values.ts';
import type { Handlers, LeaseOptions, PageOptions } from './handlers.ts';
import { leaseExamples } from './help-texts.ts';

const leaseName = 'a name of cleangrid lease ls';

export function addLease(command: Command, handlers: Handlers, done: (code: number) => void): void {
  const add = (name: string, description: string): Command =>
    command.command(name).description(description).helpOption('-h, --help', 'show this help');
  addTtl(command)
    // So that the flags of `renew` are not taken for these.
    .enablePositionalOptions()
    .argument('<image>', 'what runs in the container')
    .argument('[command...]', "the image's command otherwise; after --, where it has flags")
    .option('--env <name=value>', 'environment of the container (repeatable)', variable, {})
    .addHelpText('after', leaseExamples)
    .action(async (image: string, argv: string[], options: LeaseOptions) =>
      done(await handlers.lease(image, argv, options)),
    );
  add('ls', 'list leases, the one that ends next first')
    .option('--limit <n>', 'leases on a page', wholeNumber, leasesListedDefault)
    .option('--page <n>', 'which page', wholeNumber, 1)
    .action(async (options: PageOptions) => done(await handlers.leaseList(options)));
  addTtl(add('renew', 'let a lease end later, or earlier'))
    .argument('<name>', leaseName)
    .action(async (name: string, { ttl }: { ttl: number }) => done(await handlers.leaseRenew(name, ttl)));
  add('rm', 'end a lease and remove its container')
    .argument('<name>', leaseName)
    .action(async (name: string) => done(await handlers.leaseRemove(name)));
}

function addTtl(command: Command): Command {
  return command.addOption(
    new Option('--ttl <duration>', 'how long from now, at most 1d')
      .argParser(ttl)
      .default(heldLeaseMsDefault, formatDuration(heldLeaseMsDefault)),
  );
}

function ttl(text: string): number {
  const ms = duration(text);
  if (ms > 0 && ms <= heldLeaseMsMax) return ms;
  throw new InvalidArgumentError('It is more than 0s and at most 1d.');
}
