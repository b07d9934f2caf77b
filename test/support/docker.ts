/** What tests ask Docker beside the product: what is really there, and what they do to it. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** What the command prints, without white space around it; throws what it says where it fails. */
export function docker(...argv: string[]): string {
  return execFileSync('docker', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** Whether a container of this name, or whole id, is there: running or ended. */
export function isThere(container: string): boolean {
  return lines(docker('ps', '--all', '--no-trunc', '--format', '{{.Names}}\n{{.ID}}')).includes(container);
}

/** Names of the containers, networks and volumes that carry a label, `key=value`. */
export function labelled(label: string): string[] {
  const list = (format: string, ...argv: string[]): string[] =>
    lines(docker(...argv, '--filter', `label=${label}`, '--format', format));
  return [
    ...list('{{.Names}}', 'ps', '--all'),
    ...list('{{.Name}}', 'network', 'ls'),
    ...list('{{.Name}}', 'volume', 'ls'),
  ];
}

/** The same of what an agent made; of one that made nothing yet, none. */
export function madeBy(ledgerFile: string): string[] {
  if (!existsSync(ledgerFile)) return [];
  const database = new DatabaseSync(ledgerFile, { readOnly: true, timeout: 5000 });
  const ledger = String(database.prepare('select id from ledger').get()?.['id']);
  database.close();
  return labelled(`cleangrid.ledger=${ledger}`);
}

/** The ledger of the agent that made a container, as its label says. */
export function ledgerOf(container: string): string {
  return docker('inspect', '--format', '{{index .Config.Labels "cleangrid.ledger"}}', container);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
