import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { SqlSessionStore } from "../../stores/sql/session-store.ts";
import { actorStoreConformance } from "../conformance/actor-store.ts";
import { sessionStoreConformance } from "../conformance/session-store.ts";
import { DATABASES } from "../helpers/databases.ts";

for (const [driver, open] of DATABASES) {
  actorStoreConformance(driver, async () => {
    const { sequelize, clear, close } = await open();
    return {
      store: new SqlActorStore(sequelize),
      clear: () => clear("partitions", "commits", "documents"),
      close,
    };
  });
  sessionStoreConformance(driver, async () => {
    const { sequelize, clear, close } = await open();
    return { sessions: new SqlSessionStore(sequelize), clear: () => clear("sessions"), close };
  });
}
