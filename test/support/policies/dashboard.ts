import type { Template } from '#test/support/stack/packaged-stack'
import { propertiesOf } from './security-rule.ts'

type MetricLine = readonly (string | object)[]

/** Every series of the dashboard: namespace, metric and dimension, as alarms are told of too. */
export function dashboardSeriesOf(template: Template): string[] {
  const { 'Fn::Sub': text } = propertiesOf(template, 'Dashboard').DashboardBody
  const { widgets } = JSON.parse(text) as { widgets: readonly { properties: { metrics?: readonly MetricLine[] } }[] }
  return widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .map((line) => {
      const [namespace, metric, name, value] = line
      return `${namespace} ${metric} ${name}=${String(value).replace(/^\$\{(.+)\}$/, '$1')}`
    })
}
