export { type Bar, Bars } from './bars'
export { Button, type ButtonProps, buttonStyles } from './button'
export { Card, CardBody, CardHead } from './card'
export { Chart } from './chart/chart'
export { formatFigure } from './chart/format'
export type { ChartMark } from './chart/options'
export type { ChartSeries } from './chart/series'
export { cn } from './cn'
export { Combobox, type ComboboxOption } from './combobox'
export { Confirm, ConfirmButton } from './confirm'
export { Dialog, DialogClose, DialogContent, DialogTrigger } from './dialog'
export {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from './dropdown-menu'
export { Field, Input, Textarea } from './field'
export { Interval } from './interval'
export { Kbd } from './kbd'
export { Logo } from './logo'
export { CommandPalette } from './palette'
export { Progress } from './progress'
export { Scroller } from './scroller'
export { Select } from './select'
export type { SelectOption } from './select-parts'
export { Slider } from './slider'
export { Spinner } from './spinner'
export { Stat } from './stat'
export { EmptyState, ErrorState, Notice, Skeleton } from './state'
export { Table, Td, TdNote, Th, Tr, wideOnly } from './table'
export { Tabs, TabsContent, TabsList, TabsTrigger } from './tabs'
export { Dot, Tag, type Tone } from './tag'
