/** Branded string ids: a `RunId` cannot be passed where a `ShardId` is wanted. Made by the `Ids` port or by compile; never parsed. */

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** One submission of a suite; made by the client, so that submitting twice is the same run. */
export type RunId = Id<'RunId'>;
/** File + name (+ matrix values, + item) of a scenario: stable between runs, for history and rerun. */
export type ScenarioId = Id<'ScenarioId'>;
/** `setup.0`, `steps.3`, `teardown.1`: unique within its scenario. */
export type StepId = Id<'StepId'>;
/** `<scenario ordinal>` or `<scenario ordinal>.<slice>`: unique within its run. */
export type ShardId = Id<'ShardId'>;
/** The name an operator gave an agent; two live agents never share one. */
export type AgentId = Id<'AgentId'>;
/** The name of a service in its suite (`db`): a network alias, unique within a suite. */
export type ServiceName = Id<'ServiceName'>;
/** Lowercase hex SHA-256 of some content. */
export type Sha256 = Id<'Sha256'>;
/** Identity of a run store from its creation; carried in every NATS name. */
export type GridId = Id<'GridId'>;

/** The place where a plain string becomes an id: `id<RunId>(text)`. */
export function id<T extends Id<string>>(text: string): T {
  return text as T;
}
