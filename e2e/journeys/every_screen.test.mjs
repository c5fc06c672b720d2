// Every screen of every role, full, empty and with errors, in a narrow and a
// wide window: nothing that axe finds, no scrolling sideways, fit for paper,
// nothing asked of another host.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NARROW, PEOPLE, WIDE, axe, onPaper, openBrowser, sideways, signInAs, windowOf } from '../browser.mjs'
import { startKith } from '../kith.mjs'
import { eachScreen, sendEmpty } from '../screens.mjs'

let browser
const running = {}

before(async () => {
  browser = await openBrowser()
  running.full = await startKith('pcn')
  running.empty = await startKith('empty')
})
after(async () => {
  await browser?.close()
  await running.full?.stop()
  await running.empty?.stop()
})

async function faultsOf(page, where, viewport) {
  const faults = await axe(page)
  if (viewport === NARROW) faults.push(...(await sideways(page)))
  else faults.push(...(await onPaper(page)))
  return faults.map((fault) => `${where}: ${fault}`)
}

for (const size of ['full', 'empty']) {
  for (const viewport of [NARROW, WIDE]) {
    for (const [name, role] of [[null, 'public'], ...PEOPLE]) {
      test(`${role}, ${size}, ${viewport.width} wide`, { timeout: 600_000 }, async () => {
        const page = await windowOf(browser, running[size].origin, viewport)
        if (name) await signInAs(page, name)
        const faults = []
        const seen = await eachScreen(page, running[size].origin, async (at, sort, status) => {
          if (status >= 400) faults.push(`${sort}: answered ${status}`)
          faults.push(...(await faultsOf(at, sort, viewport)))
          // Errors look the same with and without people.
          if (size === 'full' && (await sendEmpty(at))) {
            faults.push(...(await faultsOf(at, `${sort} with errors`, viewport)))
          }
        })
        assert.ok(seen.size >= 3, `only ${[...seen].join(', ')} were found`)
        assert.deepEqual([...new Set(faults)], [])
        assert.deepEqual(page.elsewhere, [], 'another host was asked')
        await page.context().close()
      })
    }
  }
}
