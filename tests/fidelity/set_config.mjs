// node set_config.mjs PORT BLOCK FIELD VALUE: writes a number of schedulerParams into Configuration.ActiveConfig by
// sudo, as a migration would, so that it can be in block BLOCK (sent when BLOCK - 1 is the best).
import { ApiPromise, WsProvider, Keyring } from '@polkadot/api'
const [, , port, at, field, value] = process.argv
const api = await ApiPromise.create({ provider: new WsProvider('ws://127.0.0.1:' + port), noInitWarn: true })
const now = api.query.configuration.activeConfig, config = await now()
const type = config.toRawType ? config.constructor : null
const changed = config.toJSON()
changed.schedulerParams[field] = Number(value)
const encoded = new type(api.registry, changed).toHex()
if (encoded.length !== config.toHex().length) throw new Error('the configuration has another length now')
const set = api.tx.system.setStorage([[now.key(), encoded]])
const tx = await api.tx.sudo.sudo(set).signAsync(new Keyring({ type: 'sr25519' }).addFromUri('//Alice'), { era: 0 })
console.log(new Date().toISOString(), 'ready', config.toHex(), encoded)
const end = await api.rpc.chain.subscribeNewHeads(async (h) => {
  if (h.number.toNumber() < at - 1) return
  end()
  console.log(new Date().toISOString(), 'best', h.number.toNumber(), 'submitted', (await api.rpc.author.submitExtrinsic(tx.toHex())).toHex())
  setTimeout(() => process.exit(0), 500)
})
