package dev.kvstore.spring.boot.metrics;

/** The operations of a store that are timed and observed, by their names in tags. */
enum StoreOperation {
    GET("get"),
    GET_ALL("getAll"),
    CONTAINS("contains"),
    SET("set"),
    UPDATE("update"),
    SET_IF_ABSENT("setIfAbsent"),
    COMPARE_AND_SET("compareAndSet"),
    DELETE("delete"),
    WRITE("write"),
    SYNC("sync");

    private final String tag;

    StoreOperation(String tag) {
        this.tag = tag;
    }

    String tag() {
        return tag;
    }
}
