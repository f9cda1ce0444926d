export { seedSuite } from './seed-suite'
