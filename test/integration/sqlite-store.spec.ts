import { openDatabase } from "../../stores/database.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { actorStoreConformance } from "../conformance/actor-store.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";

actorStoreConformance("SQLite", async () => {
  const directory = await temporaryDirectory();
  const sequelize = await openDatabase(directory.path);
  return {
    store: new SqlActorStore(sequelize),
    close: async () => {
      await sequelize.close();
      await directory.remove();
    },
  };
});
