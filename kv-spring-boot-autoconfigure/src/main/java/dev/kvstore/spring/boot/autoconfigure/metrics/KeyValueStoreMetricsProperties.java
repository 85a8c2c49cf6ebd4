package dev.kvstore.spring.boot.autoconfigure.metrics;

import org.springframework.boot.context.properties.ConfigurationProperties;

/** Properties of the meters that have to be asked for. */
@ConfigurationProperties("kv.metrics")
public class KeyValueStoreMetricsProperties {

    private final Operations operations = new Operations();

    /** Makes properties with the defaults. */
    public KeyValueStoreMetricsProperties() {}

    public Operations getOperations() {
        return operations;
    }

    /** Properties of the histograms of operations. */
    public static class Operations {

        /** Whether to time a sample of the operations of the stores, as histograms. */
        private boolean enabled;

        /** Share of the operations to time, above 0 and at most 1. */
        private double sampleRate = 0.01;

        /** Makes properties with the defaults. */
        public Operations() {}

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public double getSampleRate() {
            return sampleRate;
        }

        public void setSampleRate(double sampleRate) {
            this.sampleRate = sampleRate;
        }
    }
}
