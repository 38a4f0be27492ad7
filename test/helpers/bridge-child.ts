import { newBridge } from "../integration/bridge-harness.ts";

/**
 * A bridge in a process of its own, to be killed: holds the slots it is told (arguments: URL, MQTT version, slots) and
 * never gets an outcome. Tells its parent how many messages it holds.
 */
const [url = "", version, slots = "0"] = process.argv.slice(2);
const { bridge, twins, adopt } = newBridge(url, { protocolVersion: version === "5" ? 5 : 4 });
twins.hold();
await adopt(...slots.split(",").map(Number));
process.send?.(0);
setInterval(() => process.send?.(bridge.unacknowledged), 20);
