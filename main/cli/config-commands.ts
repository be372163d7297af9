/** `kioskctl config check FILE`: every problem of a configuration at once, a line each. */
import { authoritiesOf, loadConfig } from '../config/config.ts';
import { systemClock } from '../terminal/system.ts';
import { readArguments, type Command } from './command.ts';

export const configCommands: Readonly<Record<string, Command>> = {
  'config check': {
    usage: 'config check FILE',
    does: 'says everything that is wrong with a configuration',
    run: (args, { out }) => {
      const [file = ''] = readArguments(args, { least: 1, most: 1 }).words;
      const config = loadConfig(file);
      const { terminal, devices, sandbox } = config;
      authoritiesOf(config, systemClock.now(), file);
      const fitted = Object.values(devices).filter((device) => device !== null).length;
      out(`${file}: good (terminal ${terminal.id}, ${fitted} devices${sandbox ? ', sandbox' : ''})`);
      return 0;
    },
  },
};
