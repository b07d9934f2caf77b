/** The adapter of `Mailboxes` for histories: it may lose, repeat and delay, as the port says, and refuses work when a seed wants it. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { AgentId } from '@cleangrid/core/ids.ts';
import type { MailboxReader, MailboxSender, ReceivedDelivery } from '@cleangrid/core/mailboxes.ts';
import { type Delivery, opened, type PackedDelivery } from '@cleangrid/core/protocol.ts';
import type { Party } from '@cleangrid/core/fake-clock.ts';
import type { Random } from './random.ts';
import { nameOf, type World } from './world.ts';

export interface MailFaults {
  latencyMsMax: number;
  /** A publish that is confirmed and gone. */
  loss: number;
  repeat: number;
  /** A call that fails; half of them after they took effect. */
  refusal: number;
  /** A delivery that takes seconds. */
  straggle: number;
  lostAcknowledgement: number;
  /** A new mailbox that comes with what an older one of its agent held. */
  inheritance: number;
}

export const calmMail: MailFaults = {
  latencyMsMax: 3,
  loss: 0,
  repeat: 0,
  refusal: 0,
  straggle: 0,
  lostAcknowledgement: 0,
  inheritance: 0,
};

const redeliveryMs = 30_000;

interface Reader {
  party: Party;
  receive(received: ReceivedDelivery): void;
}

interface Mailbox {
  agent: AgentId;
  held: Set<PackedDelivery>;
  published: Set<string>;
  reader: Reader | null;
}

export class SimMailboxes {
  faults: MailFaults = calmMail;
  readonly #world: World;
  readonly #random: Random;
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #observers: ((mailbox: string, delivery: Delivery) => void)[] = [];
  readonly #lossObservers: (() => void)[] = [];
  #created = 0;
  #lost: (reason: string) => void = () => {};

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.fork();
  }

  /** Called for each publish, before any fault. */
  observePublish(observer: (mailbox: string, delivery: Delivery) => void): void {
    this.#observers.push(observer);
  }

  /** A call was refused: whoever made it may have had to leave something behind. */
  hasRefused = false;

  /** Called when a coordinator is told that its mailboxes are gone. */
  observeLoss(observer: () => void): void {
    this.#lossObservers.push(observer);
  }

  /** Deliveries that nobody took, by mailbox. */
  leftovers(): string[] {
    return [...this.#mailboxes].filter(([, { held }]) => held.size > 0).map(([name]) => name);
  }

  get count(): number {
    return this.#mailboxes.size;
  }

  /** Messages are gone, or the mailboxes with them; the server may notice, or not. */
  wipe(): void {
    for (const mailbox of this.#mailboxes.values()) mailbox.held.clear();
    if (this.#random.chance(0.3)) return;
    for (const mailbox of this.#mailboxes.values()) mailbox.reader = null;
    this.#mailboxes.clear();
    if (this.#random.chance(0.3)) return;
    this.#lost('the server lost its disk');
  }

  sender(party: Party): MailboxSender {
    return {
      begin: (_, lost) =>
        this.#call(party, () => {
          this.#mailboxes.clear();
          this.#lost = (reason) =>
            void this.#world.clock.after(party, this.#random.integer(0, 2000), () => {
              for (const observer of this.#lossObservers) observer();
              lost(reason);
            });
        }),
      create: (agent, boot) =>
        this.#call(party, () => {
          this.#created += 1;
          const name = `mailbox-${this.#created}(${agent}.${boot})`;
          const held = this.#random.chance(this.faults.inheritance) ? this.#heldFor(agent) : [];
          this.#mailboxes.set(name, { agent, held: new Set(held), published: new Set(), reader: null });
          return name;
        }),
      publish: (name, delivery) => {
        for (const observer of this.#observers) observer(name, opened(delivery, JSON.parse));
        return this.#call(party, () => this.#publish(name, delivery));
      },
      remove: (name) => this.#call(party, () => void this.#mailboxes.delete(name)),
    };
  }

  reader(party: Party): MailboxReader {
    return {
      open: (name, receive) => {
        const reader = { party, receive };
        const mailbox = this.#mailboxes.get(name);
        if (mailbox) {
          mailbox.reader = reader;
          for (const delivery of mailbox.held) this.#deliver(mailbox, delivery);
        }
        return {
          close: async () => {
            if (mailbox?.reader === reader) mailbox.reader = null;
          },
        };
      },
    };
  }

  #heldFor(agent: AgentId): PackedDelivery[] {
    return [...this.#mailboxes.values()].flatMap((mailbox) =>
      mailbox.agent === agent ? [...mailbox.held] : [],
    );
  }

  #call<Result>(party: Party, effect: () => Result): Promise<Result> {
    const { clock, nature } = this.#world;
    const { latencyMsMax, refusal } = this.faults;
    const refused = this.#random.chance(refusal);
    if (refused) this.hasRefused = true;
    const takesEffect = !refused || this.#random.chance(0.5);
    return new Promise((resolve, reject) => {
      clock.after(nature, this.#random.integer(0, latencyMsMax), () => {
        const result = takesEffect ? effect() : null;
        const answer = (): void => {
          if (refused || result === null)
            reject(new GridError('unavailable', 'the mail server does not answer'));
          else resolve(result);
        };
        clock.after(party, this.#random.integer(0, latencyMsMax), answer);
      });
    });
  }

  #publish(name: string, delivery: PackedDelivery): void {
    const mailbox = this.#mailboxes.get(name);
    const messageId = `${nameOf(delivery.ref)}.${delivery.publishNumber} of ${delivery.ref.run}`;
    if (!mailbox || mailbox.published.has(messageId)) return;
    mailbox.published.add(messageId);
    if (this.#random.chance(this.faults.loss)) return this.#world.note(`${name} lost ${messageId}`);
    mailbox.held.add(delivery);
    this.#deliver(mailbox, delivery);
    if (this.#random.chance(this.faults.repeat)) this.#deliver(mailbox, delivery);
  }

  /** To whoever reads when it arrives, also when the mailbox was removed meanwhile: it was on its way. */
  #deliver(mailbox: Mailbox, delivery: PackedDelivery): void {
    const { reader } = mailbox;
    if (!reader) return;
    const { clock } = this.#world;
    const delayMs = this.#random.chance(this.faults.straggle)
      ? this.#random.integer(100, 8000)
      : this.#random.integer(0, this.faults.latencyMsMax);
    clock.after(reader.party, delayMs, () => {
      if (mailbox.reader !== reader) return;
      this.#world.note(`${reader.party.name} ⇐ delivery ${nameOf(delivery.ref)}.${delivery.publishNumber}`);
      reader.receive({ delivery, acknowledge: () => this.#acknowledge(mailbox, delivery) });
    });
    clock.after(this.#world.nature, redeliveryMs, () => {
      if (mailbox.held.has(delivery) && mailbox.reader === reader) this.#deliver(mailbox, delivery);
    });
  }

  #acknowledge(mailbox: Mailbox, delivery: PackedDelivery): void {
    if (!this.#random.chance(this.faults.lostAcknowledgement)) mailbox.held.delete(delivery);
  }
}
