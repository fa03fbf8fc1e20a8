package dev.athanor.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Same seed, same bits: the vector operations whose result depends on the compiler stay out. */
class BitsRulesTest {
    private static final String OPERATORS = "jdk/incubator/vector/VectorOperators";

    /** Order of the lanes does not matter to these. */
    private static final Set<String> ORDERLESS = Set.of("MAX", "MIN", "FIRST_NONZERO");

    /** Computed by another library after compilation than before it. */
    private static final Set<String> TRANSCENDENTAL = Set.of(
            "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "ATAN2", "SINH", "COSH", "TANH", "EXP", "EXPM1", "LOG",
            "LOG10", "LOG1P", "POW", "CBRT", "HYPOT");

    @Test
    void noTranscendentalRunsLanewise() {
        noClasses()
                .should()
                .accessFieldWhere(new DescribedPredicate<JavaFieldAccess>("a transcendental vector operator") {
                    @Override
                    public boolean test(JavaFieldAccess access) {
                        return access.getTargetOwner().getName().equals(OPERATORS.replace('/', '.'))
                                && TRANSCENDENTAL.contains(access.getName());
                    }
                })
                .check(Production.CLASSES);
    }

    @Test
    void noFloatReductionDependsOnTheOrderOfLanes() {
        List<String> broken = new ArrayList<>();
        int methods = 0;
        for (ClassModel type : Production.bytecode()) {
            for (MethodModel method : type.methods()) {
                methods++;
                findOrderedReductions(type, method, broken);
            }
        }
        assertFalse(methods == 0, "no methods were read");
        assertEquals(List.of(), broken, "use the fixed tree of Lanes instead");
    }

    private static void findOrderedReductions(ClassModel type, MethodModel method, List<String> broken) {
        String operator = "an operator that is not a constant";
        for (CodeElement element : method.code().map(code -> code.elementList()).orElse(List.of())) {
            if (element instanceof FieldInstruction field
                    && field.owner().asInternalName().equals(OPERATORS)) {
                operator = field.name().stringValue();
            }
            if (element instanceof InvokeInstruction call
                    && call.name().stringValue().startsWith("reduceLanes")
                    && call.owner().asInternalName().matches("jdk/incubator/vector/(Float|Double)Vector")
                    && !ORDERLESS.contains(operator)) {
                broken.add(type.thisClass().asInternalName()
                        + "."
                        + method.methodName().stringValue()
                        + " reduces by "
                        + operator);
            }
        }
    }
}
