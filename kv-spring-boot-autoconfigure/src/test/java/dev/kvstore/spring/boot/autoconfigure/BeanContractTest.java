package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.KeyValueStore;
import dev.kvstore.contract.BasicContract;
import dev.kvstore.contract.CompactionContract;
import dev.kvstore.contract.ConcurrencyContract;
import dev.kvstore.contract.DurabilityContract;
import dev.kvstore.testing.StoreFactory;
import dev.kvstore.testing.StoreOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * The bean keeps what the interface promises, at every level. How compaction and concurrency work
 * is for the engine to prove; that the bean can be asked for them is in the other suites too.
 */
class BeanContractTest {

    private static KeyValueStore open(Path directory, StoreOptions options) {
        RestartableKeyValueStore bean =
                new RestartableKeyValueStore(() -> options.toBuilder(directory).open());
        bean.afterPropertiesSet();
        return bean;
    }

    @Nested
    class Basic extends BasicContract {
        @Override
        protected StoreFactory factory() {
            return BeanContractTest::open;
        }
    }

    @Nested
    @Tag("long")
    class Compaction extends CompactionContract {
        @Override
        protected StoreFactory factory() {
            return BeanContractTest::open;
        }
    }

    @Nested
    @Tag("long")
    class Concurrency extends ConcurrencyContract {
        @Override
        protected StoreFactory factory() {
            return BeanContractTest::open;
        }
    }

    @Nested
    class Durable extends DurabilityContract {
        @Override
        protected StoreFactory factory() {
            return BeanContractTest::open;
        }
    }
}
