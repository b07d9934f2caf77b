/** How steps reach a service of their lease: the values of `${services.NAME.…}`, and the environment variables that say the same. */

import type { ServiceName } from './ids.ts';
import type { PlannedService, ServiceFact } from './plan.ts';

export type ServiceFacts = Readonly<Partial<Record<ServiceFact, string>>>;

/** `host`: the service's name in the network of the lease. `database`: the lease's own; what an exclusive lease finds if it is not given. */
export function serviceFacts(
  service: Pick<PlannedService, 'port' | 'reset' | 'env'>,
  { host, database = exclusiveDatabase(service) }: { host: string; database?: string | null },
): ServiceFacts {
  const { port } = service;
  const url = urlOf(service, { host, database });
  return {
    host,
    ...(port === null ? {} : { port: String(port) }),
    ...(database === null ? {} : { database }),
    ...(url === null ? {} : { url }),
  };
}

function exclusiveDatabase({ reset }: Pick<PlannedService, 'reset'>): string | null {
  if ('database' in reset) return reset.database;
  return reset.strategy.startsWith('redis.') ? '0' : null;
}

/** Only a reset that knows the service knows how its clients write where it is. */
function urlOf(
  { reset, port, env }: Pick<PlannedService, 'port' | 'reset' | 'env'>,
  { host, database }: { host: string; database: string | null },
): string | null {
  if (port === null || database === null) return null;
  const place = `${host}:${port}/${encodeURIComponent(database)}`;
  if (!('user' in reset)) return `redis://${place}`;
  const password = env['POSTGRES_PASSWORD'] ? `:${encodeURIComponent(env['POSTGRES_PASSWORD'])}` : '';
  return `postgres://${encodeURIComponent(reset.user)}${password}@${place}`;
}

export const everyFact: readonly ServiceFact[] = ['host', 'port', 'database', 'url'];

/** What a service has, whatever its values will be. */
export function knownFacts(service: Pick<PlannedService, 'port' | 'reset' | 'env'>): ServiceFact[] {
  const facts = serviceFacts(service, { host: '' });
  return everyFact.filter((fact) => facts[fact] !== undefined);
}

/** What steps find in their environment, as `CLEANGRID_DB_HOST`. */
export function serviceEnvironment(services: ReadonlyMap<ServiceName, ServiceFacts>): Record<string, string> {
  const variables = [...services].flatMap(([name, known]) =>
    everyFact.flatMap((fact) => {
      const value = known[fact];
      return value === undefined ? [] : [[serviceVariable(name, fact), value] as const];
    }),
  );
  return Object.fromEntries(variables);
}

export function serviceVariable(name: string, fact: ServiceFact): string {
  return `CLEANGRID_${name.replace(/[^A-Za-z0-9]/gu, '_')}_${fact}`.toUpperCase();
}
