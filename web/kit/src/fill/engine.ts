// What the pages of a form need of ODK's engine: https://github.com/getodk/web-forms.
import { loadForm, type AnyChildNode, type FormInstance, type FormInstanceCreateMode } from '@getodk/xforms-engine'
import { shallowReactive } from 'vue'

export type Node = AnyChildNode
export type Leaf = Extract<Node, { currentState: { instanceValue: string } }>
export type Instance = FormInstance<FormInstanceCreateMode>

/** Opened is a form that can be begun any number of times, and the files that it asks for, which a preview has not. */
export interface Opened { begin: () => Instance; lacking: string[] }

/** open reads a form. It throws the engine's error for one that the engine does not take. */
export async function open(xml: string): Promise<Opened> {
  const lacking: string[] = []
  const form = await loadForm(xml, {
    missingResourceBehavior: 'BLANK',
    fetchFormAttachment: async (url) => {
      lacking.push(decodeURIComponent(url.pathname.split('/').pop() ?? url.href))
      return new Response('', { status: 404 })
    },
  })
  if (form.status === 'failure') throw form.error
  return { lacking, begin: () => form.createInstance({ stateFactory: shallowReactive, preloadProperties: { username: 'preview', deviceID: 'preview' } }) }
}

/** here reports whether a node has a place on the page now. */
export const here = (n: Node) => n.currentState.relevant && !('hasRelevantBodyNodes' in n.currentState && !n.currentState.hasRelevantBodyNodes)

/** below goes through all that lies below a node, in the order of the form. */
export function* below(n: { currentState: { children: readonly unknown[] | null } }): Generator<Node> {
  for (const child of (n.currentState.children ?? []) as Node[]) {
    yield child
    yield* below(child)
  }
}

export const nameOf = (n: Node) => n.currentState.reference.split('/').pop()!.replace(/\[\d+\]$/, '')
