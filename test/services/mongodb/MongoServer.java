/** A MongoDB server in memory, for tests: {@code java -cp 'jars/*' MongoServer.java port}. */

import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

class MongoServer {
  /** The oldest that version 7 of the driver for Node.js talks to. */
  private static final MongoVersion VERSION =
      new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
          return List.of(4, 4, 0);
        }

        @Override
        public int getWireVersion() {
          return 9;
        }
      };

  public static void main(String[] arguments) {
    var server = new de.bwaldvogel.mongo.MongoServer(new MemoryBackend().version(VERSION));
    // Change streams need it.
    server.enableOplog();
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
  }
}
