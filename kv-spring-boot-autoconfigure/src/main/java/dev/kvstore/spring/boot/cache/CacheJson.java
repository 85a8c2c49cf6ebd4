package dev.kvstore.spring.boot.cache;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import dev.kvstore.spring.boot.json.StoredJson;
import tools.jackson.databind.cfg.ConstructorDetector;
import tools.jackson.databind.introspect.VisibilityChecker;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON of the keys and values of caches: objects by their fields, whatever methods they have. So it
 * is all of an object that is stored or compared, as with Java serialization, and not what its
 * getters happen to show.
 */
final class CacheJson {

    private CacheJson() {}

    static JsonMapper.Builder mapper() {
        return StoredJson.mapper()
                // A constructor with one parameter takes a field, too, and not the whole object.
                .constructorDetector(ConstructorDetector.USE_PROPERTIES_BASED)
                .changeDefaultVisibility(CacheJson::fieldsAlone);
    }

    private static VisibilityChecker fieldsAlone(VisibilityChecker visibility) {
        return visibility
                .withFieldVisibility(Visibility.ANY)
                .withGetterVisibility(Visibility.NONE)
                .withIsGetterVisibility(Visibility.NONE)
                .withSetterVisibility(Visibility.NONE);
    }
}
