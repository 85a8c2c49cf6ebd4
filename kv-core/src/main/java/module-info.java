/** The kvstore engine: a durable, embedded key-value store without dependencies at run time. */
module dev.kvstore {
    requires static transitive org.jspecify;

    exports dev.kvstore;
}
