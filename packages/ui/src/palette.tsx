'use client'

import { lazy } from 'react'

/** Loaded with its first use. */
export const CommandPalette = lazy(() => import('./command-palette'))
