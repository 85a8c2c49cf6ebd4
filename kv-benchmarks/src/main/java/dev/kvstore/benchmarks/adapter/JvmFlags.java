package dev.kvstore.benchmarks.adapter;

import java.util.List;

/**
 * The JVM flags that Chronicle Map and LMDB's Java binding cannot do without on JDK 17 and later.
 * They open packages and change nothing else, so benchmarks set them for every store; ours needs
 * none. Constants, as annotations take nothing else.
 */
public final class JvmFlags {

    /** For Chronicle Map and LMDB. */
    public static final String NIO_CHANNELS = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";

    /** For LMDB. */
    public static final String NIO_CHANNELS_OPEN = "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED";

    /** For LMDB. */
    public static final String NIO = "--add-opens=java.base/java.nio=ALL-UNNAMED";

    /** For Chronicle Map. */
    public static final String REF = "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED";

    /** For Chronicle Map. */
    public static final String LANG = "--add-opens=java.base/java.lang=ALL-UNNAMED";

    /** For Chronicle Map. */
    public static final String REFLECT = "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED";

    /** For Chronicle Map. */
    public static final String IO = "--add-opens=java.base/java.io=ALL-UNNAMED";

    /** For Chronicle Map. */
    public static final String UTIL = "--add-opens=java.base/java.util=ALL-UNNAMED";

    /** For Chronicle Map, which compiles code as it starts. */
    public static final String COMPILER =
            "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED";

    /** For Chronicle Map, as the one before. */
    public static final String COMPILER_FILES =
            "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED";

    /** All of them. */
    public static final List<String> ALL =
            List.of(
                    NIO_CHANNELS,
                    NIO_CHANNELS_OPEN,
                    NIO,
                    REF,
                    LANG,
                    REFLECT,
                    IO,
                    UTIL,
                    COMPILER,
                    COMPILER_FILES);

    private JvmFlags() {}
}
