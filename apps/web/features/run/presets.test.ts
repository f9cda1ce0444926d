import { DpoConfig, PretrainConfig } from '@palate/protocol'
import { expect, it } from 'vitest'
import { dpoFields, dpoPresets, pretrainFields, pretrainPresets, readNumbers } from './presets'

it('offers only settings that the trainer takes', () => {
  for (const { config } of pretrainPresets) expect(PretrainConfig.safeParse(config).success).toBe(true)
  for (const { config } of dpoPresets) expect(DpoConfig.safeParse(config).success).toBe(true)
  for (const { name } of pretrainFields) expect(Object.keys(PretrainConfig.shape)).toContain(name)
  for (const { name } of dpoFields) expect(Object.keys(DpoConfig.shape)).toContain(name)
})

it('reads figures and leaves out what is empty', () => {
  expect(readNumbers({ steps: '380', learningRate: '5e-5', beta: '0,1', epochs: ' ' })).toEqual({
    steps: 380,
    learningRate: 5e-5,
    beta: 0.1,
  })
})
