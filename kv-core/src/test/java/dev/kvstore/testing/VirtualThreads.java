package dev.kvstore.testing;

import java.util.concurrent.ThreadFactory;

/** Virtual threads where there are any (JDK 21 and later), platform threads elsewhere. */
public final class VirtualThreads {

    private VirtualThreads() {}

    /** Returns a factory of threads as light as this JDK has them. */
    public static ThreadFactory factory() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            return (ThreadFactory)
                    Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
        } catch (NoSuchMethodException olderJdk) {
            return Thread::new;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
