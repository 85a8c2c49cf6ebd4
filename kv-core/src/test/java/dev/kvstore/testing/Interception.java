package dev.kvstore.testing;

import dev.kvstore.internal.storage.MappedRegion;
import dev.kvstore.internal.storage.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Something of the engine whose calls a test looks at, delays, fails or answers itself. */
public final class Interception {

    private Interception() {}

    /** What a test does at a call. */
    public interface Interceptor {

        /** Returns the answer, {@link Call#proceed()} if it is to be that of the original. */
        @Nullable Object at(Call call) throws Throwable;
    }

    /** A call of a method with arguments, which are none if there are no parameters. */
    public record Call(Object original, Method method, Object[] arguments) {

        /** Tells whether it is of the method, or one of the methods, of a name. */
        public boolean isOf(String name) {
            return method.getName().equals(name);
        }

        /** Makes the call of the original, and throws what that throws. */
        public @Nullable Object proceed() throws Throwable {
            try {
                return method.invoke(original, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    /** Returns an original of which each call goes through an interceptor. */
    public static <T> T of(Class<T> type, T original, Interceptor interceptor) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                interceptor.at(
                                        new Call(
                                                original,
                                                method,
                                                arguments == null ? new Object[0] : arguments))));
    }

    /**
     * Returns a disk of which each call, and each call of what it maps, goes through an
     * interceptor.
     */
    public static Storage ofDisk(Storage original, Interceptor interceptor) {
        return of(
                Storage.class,
                original,
                call -> {
                    Object result = interceptor.at(call);
                    return result instanceof MappedRegion region
                            ? of(MappedRegion.class, region, interceptor)
                            : result;
                });
    }
}
