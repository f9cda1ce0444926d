import { Command } from 'commander'

await new Command('palate').description('Palate on the command line.').parseAsync()
