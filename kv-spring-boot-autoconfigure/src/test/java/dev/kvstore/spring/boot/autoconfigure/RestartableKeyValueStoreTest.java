package dev.kvstore.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.StoreState;
import dev.kvstore.spring.boot.Figures;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

class RestartableKeyValueStoreTest {

    private final KeyValueStore first = mockStore();
    private final KeyValueStore second = mockStore();

    @SuppressWarnings("unchecked")
    private final Supplier<KeyValueStore> opener = mock(Supplier.class);

    private final RestartableKeyValueStore store = new RestartableKeyValueStore(opener);

    RestartableKeyValueStoreTest() {
        when(opener.get()).thenReturn(first, second);
    }

    @Test
    void opensOnceBeforeUse() {
        store.afterPropertiesSet();
        store.start();
        assertThat(store.isRunning()).isTrue();
        verify(opener, times(1)).get();
    }

    @Test
    void stopsLastOfAll() {
        assertThat(store.getPhase()).isLessThan(0).isLessThan(SmartLifecycle.DEFAULT_PHASE);
        assertThat(store.isAutoStartup()).isTrue();
        assertThat(store.isPauseable()).isTrue();
    }

    @Test
    void stopClosesAndStartOpensAnew() {
        store.afterPropertiesSet();
        store.stop();
        verify(first).close();
        assertThat(store.isRunning()).isFalse();

        store.start();
        assertThat(store.isRunning()).isTrue();
        store.set(new byte[1], new byte[2]);
        verify(second).set(any(byte[].class), any(byte[].class));
        verify(first, never()).set(any(byte[].class), any(byte[].class));
    }

    @Test
    void callWhileStoppedSaysWhy() {
        store.afterPropertiesSet();
        store.stop();
        assertThatExceptionOfType(StoreClosedException.class)
                .isThrownBy(() -> store.get("key"))
                .withMessageContaining("/data/kv")
                .withMessageContaining("stopped or paused");
    }

    @Test
    void closeIsForGood() {
        store.afterPropertiesSet();
        store.close();
        store.close();
        store.start();
        verify(first, times(1)).close();
        verify(opener, times(1)).get();
        assertThatExceptionOfType(StoreClosedException.class)
                .isThrownBy(store::size)
                .withMessage("The key-value store in /data/kv has been closed.");
    }

    @Test
    void staysOpenWhileItsContextIsClosingUntilItIsDestroyed() {
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            context.registerBean(RestartableKeyValueStore.class, () -> store);
            context.registerBean(StopProbe.class, () -> new StopProbe(store));
            context.refresh();
        }
        assertThat(StopProbe.openAtStop).isTrue();
        var order = inOrder(first);
        order.verify(first).size();
        order.verify(first).close();
    }

    /** What may be called of a closed store too. */
    private static final Set<String> TELLING = Set.of("stats", "compactionStatus");

    static Stream<Method> abstractMethods() {
        return Arrays.stream(KeyValueStore.class.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .filter(method -> !method.getName().equals("close"));
    }

    @ParameterizedTest
    @MethodSource("abstractMethods")
    void passesEveryCallOn(Method method) throws ReflectiveOperationException {
        Object[] arguments =
                Arrays.stream(method.getParameterTypes())
                        .map(RestartableKeyValueStoreTest::anyValue)
                        .toArray();
        store.afterPropertiesSet();
        method.invoke(store, arguments);
        method.invoke(verify(first, atLeastOnce()), arguments);

        store.stop();
        if (TELLING.contains(method.getName())) {
            assertThat(method.invoke(store, arguments)).isEqualTo(method.invoke(first, arguments));
            return;
        }
        assertThatExceptionOfType(InvocationTargetException.class)
                .isThrownBy(() -> method.invoke(store, arguments))
                .withCauseInstanceOf(StoreClosedException.class);
    }

    private static Object anyValue(Class<?> type) {
        if (type == byte[].class) {
            return new byte[1];
        }
        if (type == byte[][].class) {
            return new byte[1][1];
        }
        return type == Duration.class ? Duration.ofSeconds(1) : mock(type);
    }

    private static KeyValueStore mockStore() {
        KeyValueStore store = mock(KeyValueStore.class);
        when(store.stats()).thenReturn(Figures.of(StoreState.OPEN, null));
        return store;
    }

    /** Stops in a phase below the store's, so after it, and looks whether the store is open. */
    static final class StopProbe implements SmartLifecycle {

        static boolean openAtStop;

        private final KeyValueStore store;
        private boolean running;

        StopProbe(KeyValueStore store) {
            this.store = store;
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
            store.size();
            openAtStop = true;
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public int getPhase() {
            return Integer.MIN_VALUE;
        }
    }
}
