/** When the day of `now` began, on the clock of this browser: a day may have 23 or 25 hours. */
export const startOfDay = (now: Date) => new Date(now.getFullYear(), now.getMonth(), now.getDate())
