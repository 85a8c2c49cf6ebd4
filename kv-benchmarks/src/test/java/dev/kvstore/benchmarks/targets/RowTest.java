package dev.kvstore.benchmarks.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowTest {

    @ParameterizedTest
    @EnumSource(Row.class)
    void isFoundByItsName(Row row) {
        assertThat(Row.of(row.label())).isSameAs(row);
    }

    @Test
    void figuresDiffer() {
        List<String> names = Row.allFigures().map(Figure::name).toList();
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void goalsNameFiguresThatThereAre() {
        List<Goal> own =
                Row.allFigures()
                        .flatMap(figure -> figure.goals().stream())
                        .filter(goal -> goal.base() == Goal.Base.OWN)
                        .toList();
        assertThat(own).isNotEmpty().allSatisfy(goal -> Row.figure(goal.name()));
    }

    @Test
    void unknownNamesAreRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> Row.of("reads")).hasMessageContaining("read-uniform-2");
    }
}
