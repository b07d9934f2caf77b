/** What goes wrong in a history: which kinds, how often, for how long, until when. After that everything works again, so that everything must end. */

import type { SimAgent } from './sim-agent.ts';
import type { SimCoordinator } from './sim-coordinator.ts';
import { calmMail, type MailFaults, type SimMailboxes } from './sim-mailboxes.ts';
import type { Monitor } from './monitor.ts';
import type { SimNetwork } from './sim-network.ts';
import type { World } from './world.ts';

export interface FaultTargets {
  world: World;
  agents: SimAgent[];
  coordinator: SimCoordinator;
  network: SimNetwork;
  mailboxes: SimMailboxes;
  /** What nobody but the store knew is gone. */
  storeLost: () => void;
  monitor: Monitor;
}

const kinds = [
  'kill an agent',
  'freeze an agent',
  'usurp an agent',
  'drain an agent',
  'retire an agent',
  'stall an agent',
  'cut an agent off',
  'break connections',
  'kill the coordinator',
  'freeze the coordinator',
  'close the coordinator',
  'wipe the mailboxes',
  'lose the store',
] as const;

type Kind = (typeof kinds)[number];

/** Longer than an agent has to prove deaths, so that some come back too late. */
const absenceMsMax = 40_000;

/** Plans the faults of one history and returns the virtual time at which the last one ends. */
export function planFaults(targets: FaultTargets): number {
  const { world, coordinator, network, mailboxes } = targets;
  const random = world.random.fork();
  const endMs = random.chance(0.1) ? 0 : random.integer(1000, 40_000);
  const chosen = kinds.filter((kind) => random.chance(kind === 'lose the store' ? 0.05 : 0.3));
  if (endMs > 0) {
    mailboxes.faults = makeMailFaults(targets);
    network.weather = {
      latencyMsMax: random.pick([2, 5, 50, 300]) ?? 2,
      messagesMax: random.pick([2, 1000]) ?? 2,
    };
    coordinator.commitFailure = random.chance(0.3) ? 0.01 : 0;
  }
  world.note(
    `faults until ${endMs} ms: ${chosen.join(', ')}; ${JSON.stringify({ ...mailboxes.faults, ...network.weather })}`,
  );
  const meanMs = random.pick([300, 1500, 6000]) ?? 1500;
  for (let atMs = 0; chosen.length > 0; ) {
    atMs += random.integer(1, 2 * meanMs);
    if (atMs >= endMs) break;
    const kind = random.pick(chosen) ?? 'break connections';
    world.clock.after(world.nature, atMs, () => strike(targets, kind));
  }
  const calmAtMs = endMs === 0 ? 0 : endMs + absenceMsMax;
  world.clock.after(world.nature, calmAtMs, () => calm(targets));
  return calmAtMs;
}

function makeMailFaults({ world: { random } }: FaultTargets): MailFaults {
  const some = (probability: number): number => (random.chance(0.3) ? probability : 0);
  return {
    latencyMsMax: random.pick([2, 20, 500]) ?? 2,
    loss: some(0.2),
    repeat: some(0.3),
    refusal: some(0.1),
    straggle: some(0.2),
    lostAcknowledgement: some(0.3),
    inheritance: some(0.3),
  };
}

function strike(
  { world, agents, coordinator, network, mailboxes, storeLost, monitor }: FaultTargets,
  kind: Kind,
): void {
  const { random, clock, nature } = world;
  const agent = random.pick(agents);
  if (!agent) return;
  switch (kind) {
    case 'kill an agent':
      agent.kill(random.chance(0.5) ? 'silently' : 'loudly');
      return agent.restartIn(random.integer(0, 8000));
    case 'freeze an agent':
      return agent.freezeFor(absenceMs(world));
    case 'usurp an agent':
      return agent.usurp(random.integer(200, 12_000));
    case 'drain an agent':
      return agent.drain();
    case 'retire an agent':
      if (agents.filter(({ isRetired }) => !isRetired).length > 1) agent.retire();
      return;
    case 'stall an agent':
      return agent.stall();
    case 'cut an agent off':
      world.note(`${agent.host} is cut off`);
      network.partition(agent.host);
      monitor.losses.hostDisturbed(agent.host);
      return void clock.after(nature, absenceMs(world), () => {
        world.note(`${agent.host} is reachable again`);
        monitor.losses.hostDisturbed(agent.host);
        network.heal(agent.host);
      });
    case 'break connections':
      world.note('all connections break');
      monitor.losses.allDisturbed();
      if (coordinator.party) network.breakConnectionsOf(coordinator.party);
      return;
    case 'kill the coordinator':
      coordinator.kill();
      return coordinator.restartIn(random.integer(0, 6000));
    case 'freeze the coordinator':
      monitor.conduct.forgetLoss();
      // Often for a little longer than silence makes suspicious.
      return coordinator.freezeFor(
        random.chance(0.5) ? random.integer(4000, 5500) : random.integer(200, 8000),
      );
    case 'close the coordinator':
      return coordinator.close();
    case 'wipe the mailboxes':
      world.note('the mailboxes lose everything');
      monitor.losses.allDisturbed();
      return mailboxes.wipe();
    case 'lose the store':
      storeLost();
      return coordinator.restartIn(random.integer(0, 6000));
  }
}

function absenceMs({ random }: World): number {
  return random.chance(0.2) ? random.integer(12_000, absenceMsMax) : random.integer(100, 12_000);
}

function calm({ world, agents, coordinator, network, mailboxes }: FaultTargets): void {
  world.note('from now on nothing fails');
  mailboxes.faults = calmMail;
  network.weather = { latencyMsMax: 3, messagesMax: 1000 };
  coordinator.commitFailure = 0;
  coordinator.start();
  for (const agent of agents) {
    network.heal(agent.host);
    agent.start();
  }
}
