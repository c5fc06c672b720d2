// Pictures of every screen of every role: full, empty, with errors, narrow
// and wide. Usage: node pictures.mjs FOLDER
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NARROW, PEOPLE, WIDE, openBrowser, signInAs, windowOf } from './browser.mjs'
import { startKith } from './kith.mjs'
import { eachScreen, sendEmpty } from './screens.mjs'

const folder = process.argv[2]
if (!folder) throw new Error('say which folder: node pictures.mjs FOLDER')
await mkdir(folder, { recursive: true })
const browser = await openBrowser()
let count = 0
for (const size of ['pcn', 'empty']) {
  const kith = await startKith(size)
  for (const viewport of [WIDE, NARROW]) {
    for (const [name, role] of [[null, 'public'], ...PEOPLE]) {
      const page = await windowOf(browser, kith.origin, viewport)
      if (name) await signInAs(page, name)
      const taken = new Map()
      const take = async (at, state) => {
        const place = new URL(at.url()).pathname.replace(/[0-9a-f-]{36}/g, 'one').replace(/\W+/g, '-').replace(/^-|-$/g, '')
        const screen = `${role}--${place || 'front'}--${state}--${viewport.width}`
        const times = (taken.get(screen) ?? 0) + 1
        taken.set(screen, times)
        const file = times === 1 ? `${screen}.png` : `${screen}--${times}.png`
        await at.screenshot({ path: join(folder, file), fullPage: true })
        count += 1
      }
      await eachScreen(page, kith.origin, async (at) => {
        await take(at, size === 'pcn' ? 'full' : 'empty')
        if (size === 'pcn' && (await sendEmpty(at))) await take(at, 'error')
      })
      await page.context().close()
    }
  }
  await kith.stop()
}
await browser.close()
console.log(`${count} pictures in ${folder}`)
