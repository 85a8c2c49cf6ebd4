package dev.kvstore.spring.boot.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KeyValueStore;
import dev.kvstore.testing.MutableClock;
import dev.kvstore.testing.StoreExtension;
import dev.kvstore.testing.StoreOptions;
import dev.kvstore.testing.Workers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.Cache;
import org.springframework.cache.Cache.ValueRetrievalException;
import org.springframework.cache.Cache.ValueWrapper;

/** What Spring's interface promises, on a store that is checked after each test. */
@ExtendWith(OutputCaptureExtension.class)
class KeyValueCacheTest {

    record Cart(String owner, int items) {}

    private static final Cart CART = new Cart("ann", 3);

    @RegisterExtension
    final StoreExtension stores =
            new StoreExtension((directory, options) -> options.toBuilder(directory).open());

    @Test
    void entriesArePutFoundAndEvicted() {
        Cache cache = cache(stores.open());

        assertThat(cache.get("k")).isNull();
        assertThat(cache.get("k", Cart.class)).isNull();
        cache.put("k", CART);
        assertThat(valueOf(cache.get("k"))).isEqualTo(CART);
        assertThat(cache.get("k", Cart.class)).isEqualTo(CART);
        assertThatIllegalStateException().isThrownBy(() -> cache.get("k", String.class));
        assertThat(cache.evictIfPresent("k")).isTrue();
        assertThat(cache.evictIfPresent("k")).isFalse();
        assertThat(cache.get("k")).isNull();
        cache.put("k", CART);
        cache.evict("k");
        assertThat(cache.get("k")).isNull();
    }

    @Test
    void entriesAreThereAfterAReopen() {
        cache(stores.open()).put("k", CART);

        assertThat(cache(stores.reopen()).get("k", Cart.class)).isEqualTo(CART);
    }

    @Test
    void nullIsAValue() {
        Cache cache = cache(stores.open());
        cache.put("k", null);

        ValueWrapper found = cache.get("k");
        assertThat(found).isNotNull();
        assertThat(found.get()).isNull();
        assertThat(cache.<Object>get("k", KeyValueCacheTest::neverCalled)).isNull();
        assertThat(cache.putIfAbsent("k", CART)).isNotNull();
    }

    @Test
    void nullIsRefusedIfItIsNotToBeCached() {
        KeyValueStore store = stores.open();
        cache(store).put("k", null);
        Cache cache = cache(store, KeyValueCacheOptions.DEFAULTS.withNullValues(false));

        assertThat(cache.get("k")).isNull();
        assertThatIllegalArgumentException().isThrownBy(() -> cache.put("k", null));
        assertThatIllegalArgumentException().isThrownBy(() -> cache.get("k", () -> null));
        assertThat(cache.<Cart>get("k", () -> CART)).isEqualTo(CART);
    }

    @Test
    void putIfAbsentKeepsWhatIsThere() {
        Cache cache = cache(stores.open());

        assertThat(cache.putIfAbsent("k", CART)).isNull();
        assertThat(valueOf(cache.putIfAbsent("k", new Cart("bob", 1)))).isEqualTo(CART);
        assertThat(cache.get("k", Cart.class)).isEqualTo(CART);
    }

    @Test
    void absentValueIsLoadedOnce() {
        Cache cache = cache(stores.open());
        assertThat(cache.<Cart>get("k", () -> CART)).isEqualTo(CART);
        assertThat(cache.<Object>get("k", KeyValueCacheTest::neverCalled)).isEqualTo(CART);
    }

    @Test
    void failureOfTheLoaderIsPassedOnAndNothingIsKept() {
        Cache cache = cache(stores.open());
        IOException failure = new IOException("on purpose");

        assertThatExceptionOfType(ValueRetrievalException.class)
                .isThrownBy(
                        () ->
                                cache.get(
                                        "k",
                                        () -> {
                                            throw failure;
                                        }))
                .withCause(failure);
        assertThat(cache.get("k")).isNull();
        assertThat(cache.<Cart>get("k", () -> CART)).isEqualTo(CART);
    }

    @Test
    void loaderThatAsksForItsOwnKeyIsRefused() {
        Cache cache = cache(stores.open());

        assertThatExceptionOfType(ValueRetrievalException.class)
                .isThrownBy(() -> cache.get("k", () -> cache.get("k", () -> CART)))
                .withCauseInstanceOf(IllegalStateException.class);
        assertThat(cache.<Cart>retrieve("k", () -> cache.retrieve("k", this::loadedCart)))
                .isCompletedExceptionally();
        assertThat(cache.<Cart>get("k", () -> cache.get("other", () -> CART))).isEqualTo(CART);
    }

    @Test
    void manyThreadsLoadEachKeyOnce() {
        Cache cache = cache(stores.open());
        List<AtomicInteger> loads =
                IntStream.range(0, 50).mapToObj(i -> new AtomicInteger()).toList();
        Workers workers = new Workers();
        for (int thread = 0; thread < 8; thread++) {
            workers.start(
                    () -> {
                        for (int key = 0; key < loads.size(); key++) {
                            int number = key;
                            Integer loaded = cache.get(key, () -> loads.get(number).addAndGet(1));
                            assertThat(loaded).isEqualTo(1);
                        }
                    });
        }
        workers.finish();

        assertThat(loads).allSatisfy(count -> assertThat(count).hasValue(1));
    }

    @Test
    void manyThreadsAgreeOnWhoWasFirst() {
        Cache cache = cache(stores.open());
        List<AtomicInteger> winners =
                IntStream.range(0, 50).mapToObj(i -> new AtomicInteger()).toList();
        Workers workers = new Workers();
        for (int thread = 0; thread < 4; thread++) {
            int number = thread;
            workers.start(
                    () -> {
                        for (int key = 0; key < winners.size(); key++) {
                            if (cache.putIfAbsent(key, number) == null) {
                                winners.get(key).incrementAndGet();
                            }
                        }
                    });
        }
        workers.finish();

        assertThat(winners).allSatisfy(count -> assertThat(count).hasValue(1));
    }

    @Test
    void threadsThatWaitForALoadThatFailsLoadThemselves() throws Exception {
        Cache cache = cache(stores.open());
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch fail = new CountDownLatch(1);
        Workers workers = new Workers();
        workers.start(
                () ->
                        assertThatExceptionOfType(ValueRetrievalException.class)
                                .isThrownBy(
                                        () ->
                                                cache.get(
                                                        "k",
                                                        () -> {
                                                            loading.countDown();
                                                            fail.await();
                                                            throw new IOException("on purpose");
                                                        })));
        loading.await();
        workers.start(() -> assertThat(cache.<Cart>get("k", () -> CART)).isEqualTo(CART));
        awaitThatWaits(workers.threads().get(1));
        fail.countDown();
        workers.finish();

        assertThat(cache.get("k", Cart.class)).isEqualTo(CART);
    }

    @Test
    void whatIsPutDuringALoadIsNotOverwrittenByIt() throws Exception {
        assertThat(afterLoadDuringWhich(cache -> cache.put("k", new Cart("new", 1))))
                .isEqualTo(new Cart("new", 1));
        assertThat(afterLoadDuringWhich(cache -> cache.putIfAbsent("k", new Cart("new", 1))))
                .isEqualTo(new Cart("new", 1));
    }

    @Test
    void whatIsEvictedDuringALoadIsNotBroughtBackByIt() throws Exception {
        assertThat(afterLoadDuringWhich(cache -> cache.evict("k"))).isNull();
        assertThat(afterLoadDuringWhich(Cache::clear)).isNull();
        assertThat(afterLoadDuringWhich(cache -> cache.evict("other"))).isEqualTo(CART);
    }

    private @Nullable Cart afterLoadDuringWhich(Consumer<Cache> change) {
        Cache cache = cache(stores.open());
        cache.clear();
        Cart loaded =
                cache.get(
                        "k",
                        () -> {
                            change.accept(cache);
                            return CART;
                        });
        assertThat(loaded).isEqualTo(CART);
        Cart kept = cache.get("k", Cart.class);

        cache.clear();
        CompletableFuture<Cart> loader = new CompletableFuture<>();
        CompletableFuture<Cart> retrieved = cache.retrieve("k", () -> loader);
        change.accept(cache);
        loader.complete(CART);
        assertThat(retrieved.join()).isEqualTo(CART);
        assertThat(cache.get("k", Cart.class)).isEqualTo(kept);
        cache.clear();
        return kept;
    }

    @Test
    void valueIsRetrievedAsynchronously() {
        Cache cache = cache(stores.open());

        assertThat(cache.retrieve("k")).isNull();
        cache.put("k", CART);
        assertThat(valueOf((ValueWrapper) cache.retrieve("k").join())).isEqualTo(CART);
        assertThat(cache.<Cart>retrieve("k", KeyValueCacheTest::neverRetrieved).join())
                .isEqualTo(CART);
        cache.put("k", null);
        assertThat(valueOf((ValueWrapper) cache.retrieve("k").join())).isNull();
        assertThat(cache.retrieve("k", KeyValueCacheTest::neverRetrieved).join()).isNull();
    }

    @Test
    void valueIsRetrievedAsItIsIfNullIsNotCached() {
        KeyValueStore store = stores.open();
        Cache cache = cache(store, KeyValueCacheOptions.DEFAULTS.withNullValues(false));
        cache.put("k", CART);

        assertThat(cache.retrieve("k").join()).isEqualTo(CART);
    }

    @Test
    void allWhoRetrieveTheSameKeyShareOneLoad() {
        Cache cache = cache(stores.open());
        CompletableFuture<Cart> loader = new CompletableFuture<>();
        AtomicInteger loads = new AtomicInteger();
        List<CompletableFuture<Cart>> retrieved = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            retrieved.add(
                    cache.retrieve(
                            "k",
                            () -> {
                                loads.incrementAndGet();
                                return loader;
                            }));
        }
        Workers workers = new Workers();
        workers.start(() -> assertThat(cache.<Object>get("k", () -> null)).isEqualTo(CART));
        awaitThatWaits(workers.threads().get(0));
        retrieved.get(0).cancel(true); // Of no concern to the others.
        assertThat(retrieved.get(1)).isNotDone();
        loader.complete(CART);
        workers.finish();

        assertThat(retrieved.subList(1, 5)).allSatisfy(f -> assertThat(f.join()).isEqualTo(CART));
        assertThat(loads).hasValue(1);
        assertThat(cache.get("k", Cart.class)).isEqualTo(CART);
    }

    @Test
    void thoseWhoWaitForARetrievalThatFailsRetrieveThemselves() {
        Cache cache = cache(stores.open());
        CompletableFuture<Cart> failing = new CompletableFuture<>();
        CompletableFuture<Cart> first = cache.retrieve("k", () -> failing);
        CompletableFuture<Cart> second =
                cache.retrieve("k", () -> CompletableFuture.completedFuture(CART));
        IOException failure = new IOException("on purpose");

        failing.completeExceptionally(failure);

        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(first::join)
                .withCause(failure);
        assertThat(second.join()).isEqualTo(CART);
        assertThat(cache.get("k", Cart.class)).isEqualTo(CART);
    }

    @Test
    void supplierThatFailsLeavesNothingBehind() {
        Cache cache = cache(stores.open());
        IllegalStateException failure = new IllegalStateException("on purpose");

        CompletableFuture<Cart> failed =
                cache.retrieve(
                        "k",
                        () -> {
                            throw failure;
                        });

        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(failed::join)
                .withCause(failure);
        assertThat(cache.<Cart>get("k", () -> CART)).isEqualTo(CART);
    }

    @Test
    void entryIsGoneAfterItsTimeToLive() {
        MutableClock clock = new MutableClock();
        KeyValueStore store = stores.open(StoreOptions.defaults().withClock(clock));
        Cache cache =
                cache(store, KeyValueCacheOptions.DEFAULTS.withTimeToLive(Duration.ofSeconds(10)));
        cache.put("put", CART);
        cache.putIfAbsent("absent", CART);
        cache.get("loaded", () -> CART);
        cache.<Cart>retrieve("retrieved", () -> CompletableFuture.completedFuture(CART)).join();

        List<String> keys = List.of("put", "absent", "loaded", "retrieved");
        clock.advance(Duration.ofMillis(9_999));
        assertThat(keys).allSatisfy(key -> assertThat(cache.get(key)).isNotNull());
        clock.advance(Duration.ofMillis(1));
        assertThat(keys).allSatisfy(key -> assertThat(cache.get(key)).isNull());
        assertThat(cache.putIfAbsent("put", CART)).isNull();
    }

    @Test
    void clearingTakesTheEntriesOfOneCacheOnly() {
        KeyValueStore store = stores.open();
        Cache cache = cache(store);
        Cache other = cache("carts2", store);
        store.set("carts", "data");
        store.set(new byte[] {(byte) 0xFF}, new byte[0]);
        other.put(1, "other");
        for (int i = 0; i < 1000; i++) {
            cache.put("a key of some length, so that there are several batches " + i, i);
        }

        assertThat(cache.invalidate()).isTrue();

        assertThat(store.size()).isEqualTo(3);
        assertThat(cache.get("a key of some length, so that there are several batches 7")).isNull();
        assertThat(other.get(1, String.class)).isEqualTo("other");
        assertThat(cache.invalidate()).isFalse();
        other.clear();
        assertThat(store.size()).isEqualTo(2);
    }

    @Test
    void entryThatCannotBeReadCountsAsAbsentAndIsReportedOnce(CapturedOutput output) {
        KeyValueStore store = stores.open();
        KeyValueCache cache = cache(store);
        byte[] changed = "[\"dev.kvstore.spring.boot.cache.Gone\",{}]".getBytes();
        for (String key : List.of("a", "b", "c", "d", "e")) {
            store.set(new CacheKeyFormat("carts").encode(key), changed);
        }

        assertThat(cache.get("a")).isNull();
        assertThat(cache.get("b", Cart.class)).isNull();
        assertThat(cache.<Cart>get("c", () -> CART)).isEqualTo(CART);
        assertThat(cache.putIfAbsent("d", CART)).isNull();
        assertThat(cache.retrieve("e")).isNull();
        assertThat(cache.evictIfPresent("e")).isTrue();

        assertThat(cache.get("c", Cart.class)).isEqualTo(CART);
        assertThat(cache.get("d", Cart.class)).isEqualTo(CART);
        assertThat(cache.unreadable()).isPositive();
        assertThat(output).containsOnlyOnce("An entry of the cache 'carts' cannot be read");
    }

    @Test
    void valueThatCannotBeWrittenIsAnErrorAndTheLoadEnds() {
        Cache cache = cache(stores.open());

        assertThatIllegalArgumentException().isThrownBy(() -> cache.put("k", new Thread()));
        assertThatIllegalArgumentException().isThrownBy(() -> cache.get("k", Thread::new));
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(
                        () ->
                                cache.retrieve(
                                                "k",
                                                () ->
                                                        CompletableFuture.completedFuture(
                                                                new Thread()))
                                        .join());
        assertThat(cache.<Cart>get("k", () -> CART)).isEqualTo(CART);
    }

    @Test
    void hitsAndMissesAreCounted() {
        KeyValueCache cache = cache(stores.open());
        cache.get("k");
        cache.get("k", () -> CART);
        cache.get("k", () -> CART);
        cache.get("k");
        cache.retrieve("k");
        cache.retrieve("k", () -> CompletableFuture.completedFuture(CART)).join();
        cache.retrieve("l", () -> CompletableFuture.completedFuture(CART)).join();
        cache.put("m", CART);
        cache.evict("m");
        cache.evict("m");
        cache.clear();

        assertThat(cache.hits()).isEqualTo(4);
        assertThat(cache.misses()).isEqualTo(3);
        assertThat(cache.puts()).isEqualTo(3);
        assertThat(cache.removals()).isEqualTo(3);
    }

    private CompletableFuture<Cart> loadedCart() {
        return CompletableFuture.completedFuture(CART);
    }

    /** Waits until a thread waits for something, which here can only be another's load. */
    private static void awaitThatWaits(Thread thread) {
        await().until(() -> thread.getState() == Thread.State.WAITING);
    }

    private static Object neverCalled() {
        throw new AssertionError("The value is there.");
    }

    private static <T> CompletableFuture<T> neverRetrieved() {
        throw new AssertionError("The value is there.");
    }

    private static @Nullable Object valueOf(@Nullable ValueWrapper wrapper) {
        assertThat(wrapper).isNotNull();
        return wrapper.get();
    }

    private static KeyValueCache cache(KeyValueStore store) {
        return cache("carts", store);
    }

    private static KeyValueCache cache(String name, KeyValueStore store) {
        return make(name, store, KeyValueCacheOptions.DEFAULTS);
    }

    private static KeyValueCache cache(KeyValueStore store, KeyValueCacheOptions options) {
        return make("carts", store, options);
    }

    private static KeyValueCache make(
            String name, KeyValueStore store, KeyValueCacheOptions options) {
        KeyValueCacheManager manager = new KeyValueCacheManager(store);
        manager.setTrustedPackages(List.of("dev.kvstore.spring.boot.cache"));
        manager.addCache(name, options);
        manager.initializeCaches();
        return (KeyValueCache) manager.getCache(name);
    }
}
