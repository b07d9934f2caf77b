/** Names of images, by the grammar of container registries: a wrong one would only be noticed when the container is made. */

import type { Decoder } from './decoder.ts';
import { quoted } from './problem.ts';
import { refined, text } from './read-values.ts';

const host = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?`;
const part = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const tag = String.raw`\w[\w.-]{0,127}`;
const digest = '[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}';
const grammar = new RegExp(`^(?:${host}/)?${part}(?:/${part})*(?::${tag})?(?:@${digest})?$`, 'u');

export const imageName: Decoder<string> = refined(text, (name) =>
  name.length <= 512 && grammar.test(name)
    ? null
    : ['CG1207', `${quoted(name)} is not the name of an image`, 'as in `postgres:15`: lower case, no spaces'],
);
