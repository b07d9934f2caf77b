import { defineConfig } from 'oxlint';

/** The floors: imports point down, and what does I/O to the world is reached through adapters. */
interface Floor {
  group: string[];
  message: string;
}

const infrastructure: Floor = {
  group: [
    'dockerode',
    'docker-modem',
    'node:sqlite',
    '@grpc/*',
    '@nats-io/*',
    'nats',
    'node:readline*',
    'node:tty',
  ],
  message: 'Only adapters reach Docker, SQLite, gRPC, NATS and the terminal; the flow uses their ports.',
};
const adapters: Floor = {
  group: ['**/adapters/**'],
  message: 'Only what wires an app (main.ts, compose-*.ts) names adapters; the flow gets them through ports.',
};
const pure: Floor[] = [
  { group: ['@cleangrid/**'], message: 'core imports nothing of ours.' },
  { group: ['node:*', 'dockerode', 'pino', '@grpc/*', '@nats-io/*', 'nats'], message: 'core does no I/O.' },
];
const proto: Floor[] = [
  {
    group: ['@cleangrid/agent/**', '@cleangrid/coordinator/**', '@cleangrid/cli/**'],
    message: 'proto imports only core.',
  },
];
const coordinator: Floor[] = [
  {
    group: ['@cleangrid/agent/**', '@cleangrid/cli/**'],
    message: 'coordinator imports only core and proto.',
  },
];
const agent: Floor[] = [
  {
    group: ['@cleangrid/coordinator/**', '@cleangrid/cli/**'],
    message: 'agent imports only core and proto.',
  },
];

function forbid(files: string[], floors: Floor[]) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns: floors }] as const } };
}

// A later override replaces an earlier one: each lists all floors of its files.
export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'vitest', 'node'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['**/gen/**', '**/dist/**'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/only-throw-error': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'node/no-process-env': 'error',
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect*'] }],
    'max-params': ['error', 3],
    'max-lines': ['error', 300],
    'max-lines-per-function': ['error', 60],
    // Each of these reports what style.md asks for, or what TypeScript checks better.
    'import/no-named-as-default-member': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'typescript/consistent-return': 'off',
    'typescript/no-unnecessary-type-parameters': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/unbound-method': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
  },
  overrides: [
    forbid(['core/src/**/*.ts'], pure),
    forbid(['proto/src/**/*.ts'], [...proto, infrastructure, adapters]),
    forbid(['proto/src/adapters/**/*.ts', 'proto/src/grpc-service.ts'], proto),
    forbid(['coordinator/src/**/*.ts'], [...coordinator, infrastructure, adapters]),
    forbid(['coordinator/src/adapters/**/*.ts', 'coordinator/src/**/{main,compose-*}.ts'], coordinator),
    forbid(['agent/src/**/*.ts'], [...agent, infrastructure, adapters]),
    forbid(['agent/src/adapters/**/*.ts', 'agent/src/**/{main,compose-*}.ts'], agent),
    forbid(['cli/src/**/*.ts'], [infrastructure, adapters]),
    forbid(['cli/src/adapters/**/*.ts', 'cli/src/**/{main,compose-*}.ts'], []),
    {
      files: ['**/*.test.ts', '**/*.contract.ts', '**/{contract,fake,testing}/**/*.ts', 'test/**/*.ts'],
      rules: { 'no-restricted-imports': 'off', 'max-lines-per-function': 'off' },
    },
    { files: ['core/src/limits.ts'], rules: { 'max-lines': 'off' } },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    {
      files: ['**/config.ts', 'scripts/**', 'test/**', '**/*.test.ts', '**/testing/**'],
      rules: { 'node/no-process-env': 'off' },
    },
  ],
});
