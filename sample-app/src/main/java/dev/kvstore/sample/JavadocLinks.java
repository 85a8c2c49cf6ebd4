package dev.kvstore.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;

/**
 * The public types of the running JDK and their pages of the official Javadoc. A type's link is its
 * simple name ({@code List}, {@code Map.Entry}). Where several share it, the one most people mean
 * gets it and the others are found by their full names ({@code java.awt.List}).
 */
final class JavadocLinks {

    private static final String PAGE =
            "https://docs.oracle.com/en/java/javase/%d/docs/api/%s/%s.html";

    /** Not deprecated, core of Java, its other packages, not of a GUI: a user means the first. */
    private static final Comparator<JdkType> MOST_WANTED_FIRST =
            Comparator.comparing(JdkType::deprecated)
                    .thenComparing(type -> !type.module().equals("java.base"))
                    .thenComparing(type -> !type.packageName().startsWith("java."))
                    .thenComparing(type -> !type.module().startsWith("java."))
                    .thenComparing(type -> type.module().equals("java.desktop"))
                    .thenComparing(JdkType::qualifiedName);

    private JavadocLinks() {}

    /** A public type, named as in its source: {@code java.util} and {@code Map.Entry}. */
    private record JdkType(String module, String packageName, String name, boolean deprecated) {

        String qualifiedName() {
            return packageName + "." + name;
        }

        String page() {
            String path = packageName.replace('.', '/') + "/" + name;
            return String.format(Locale.ROOT, PAGE, Runtime.version().feature(), module, path);
        }
    }

    /** Returns the URLs of all pages by the names of their links. */
    static Map<String, String> all() {
        Map<String, String> urlsByName = new TreeMap<>();
        publicTypes()
                .sorted(MOST_WANTED_FIRST)
                .forEach(
                        type -> {
                            if (urlsByName.putIfAbsent(type.name(), type.page()) != null) {
                                urlsByName.put(type.qualifiedName(), type.page());
                            }
                        });
        return urlsByName;
    }

    private static Stream<JdkType> publicTypes() {
        return ModuleFinder.ofSystem().findAll().stream()
                .map(ModuleReference::descriptor)
                .filter(module -> !module.name().startsWith("jdk.unsupported"))
                .flatMap(
                        module ->
                                module.exports().stream()
                                        .filter(export -> !export.isQualified())
                                        .map(ModuleDescriptor.Exports::source)
                                        .flatMap(name -> publicTypes(module.name(), name)));
    }

    private static Stream<JdkType> publicTypes(String module, String packageName) {
        String folder = packageName.replace('.', '/') + "/";
        PublicNames names = new PublicNames();
        try (Stream<Path> files =
                Files.list(Path.of(URI.create("jrt:/" + module + "/" + folder)))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".class")).toList()) {
                new ClassReader(Files.readAllBytes(file)).accept(names, ClassReader.SKIP_CODE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names.found.stream()
                .filter(name -> name.startsWith(folder) && names.isReachable(name))
                .map(
                        name ->
                                new JdkType(
                                        module,
                                        packageName,
                                        name.substring(folder.length()).replace('$', '.'),
                                        names.deprecated.contains(name)));
    }

    /** Collects from class files the names ({@code java/util/Map$Entry}) of public types. */
    private static final class PublicNames extends ClassVisitor {

        final Set<String> found = new HashSet<>();
        final Set<String> deprecated = new HashSet<>();

        PublicNames() {
            super(SpringAsmInfo.ASM_VERSION);
        }

        /** Tells whether the types that this one is nested in, if any, are public as well. */
        boolean isReachable(String name) {
            int nested = name.lastIndexOf('$');
            return found.contains(name) && (nested < 0 || isReachable(name.substring(0, nested)));
        }

        @Override
        public void visit(
                int version,
                int access,
                String name,
                String signature,
                String superName,
                String[] interfaces) {
            // Of a nested type this flag is not true: a protected one is public here.
            if (!name.contains("$") && (access & Opcodes.ACC_PUBLIC) != 0) {
                found.add(name);
            }
            if ((access & Opcodes.ACC_DEPRECATED) != 0) {
                deprecated.add(name);
            }
        }

        @Override
        public void visitInnerClass(
                String name, @Nullable String outer, @Nullable String inner, int access) {
            if (outer != null && (access & Opcodes.ACC_PUBLIC) != 0) {
                found.add(name);
            }
        }
    }
}
