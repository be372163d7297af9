/** The floors of the house: an arrow may only point down (README, "How it is built"). */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: [...allowed, '^node_modules/'], dependencyTypesNot: ['core'] },
});

export default {
  forbidden: [
    only('common-knows-nothing-above', '^common/', ['^common/'], 'the ground floor imports nothing of the house'),
    only('drivers-know-common', '^drivers/', ['^drivers/', '^common/'], 'drivers know bytes, not money rules, flows or screens'),
    only('flows-know-common', '^state-machines/', ['^state-machines/', '^common/'], 'flows know ports, not bytes, SQL or HTTP'),
    only(
      'main-knows-what-is-below',
      '^main/(?!electron/)',
      ['^main/(?!electron/)', '^drivers/', '^state-machines/', '^common/', '^resources/', '^package\\.json$'],
      'the terminal process knows no Electron and no renderer',
    ),
    only(
      'shell-knows-the-process-protocol',
      '^main/electron/',
      [
        '^main/electron/',
        '^main/(process-protocol|service-manager|start-program|training/protocol)\\.ts$',
        '^state-machines/view\\.ts$',
        '^common/(flavor|training-acts)\\.ts$',
        '^package\\.json$',
      ],
      'the shell owns the window and nothing else',
    ),
    only(
      'renderer-knows-views',
      '^renderer/(?!bench/)',
      ['^renderer/(?!bench/)', '^state-machines/view\\.ts$', '^common/(fen|flavor|training-acts)\\.ts$', '^resources/'],
      'the renderer draws Views',
    ),
    only(
      'bench-window-knows-the-cabinet',
      '^renderer/bench/',
      ['^renderer/', '^state-machines/view\\.ts$', '^common/fen\\.ts$', '^resources/', '^drivers/bench/protocol\\.ts$'],
      'the bench window talks to the cabinet by its protocol',
    ),
    only(
      'fleet-knows-common',
      '^fleet/(?!console/)',
      ['^fleet/(?!console/)', '^common/', '^package\\.json$'],
      'the fleet shares only the ground floor with the terminal',
    ),
    only(
      'console-knows-its-api',
      '^fleet/console/',
      ['^fleet/console/', '^fleet/console-api/', '^common/', '^resources/locales/'],
      'the console knows the calls of its server, not the server',
    ),
    { name: 'no-tests-in-products', severity: 'error', from: { pathNot: '^tests/' }, to: { path: '^tests/' } },
    { name: 'no-electron-below-the-shell', severity: 'error', from: { pathNot: '^(main/electron|tests)/' }, to: { path: '^(node_modules/)?electron(/|$)' } },
    { name: 'no-node-in-the-page', severity: 'error', from: { path: '^(renderer|fleet/console|fleet/console-api)/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'no-react-below-the-page',
      severity: 'error',
      from: { path: '^(common|drivers|state-machines|main|fleet/server)/' },
      to: { path: '^node_modules/(react|react-dom|react-i18next)/' },
    },
    {
      name: 'common-imports-few-libraries',
      severity: 'error',
      from: { path: '^common/' },
      to: { path: '^node_modules/', pathNot: '^node_modules/(zod|canonicalize|uuid|jose)/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^tests/', '\\.config\\.ts$', '^resources/', '^fleet/verify-page/'] },
      to: {},
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
    },
  },
};
