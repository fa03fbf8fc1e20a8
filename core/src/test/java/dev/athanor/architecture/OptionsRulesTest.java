package dev.athanor.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Options are arguments: system properties only tell about the machine. */
class OptionsRulesTest {
    @Test
    void noNumberOrFlagComesFromASystemProperty() {
        noClasses()
                .should()
                .callMethod(Integer.class, "getInteger", String.class)
                .orShould()
                .callMethod(Integer.class, "getInteger", String.class, int.class)
                .orShould()
                .callMethod(Long.class, "getLong", String.class)
                .orShould()
                .callMethod(Long.class, "getLong", String.class, long.class)
                .orShould()
                .callMethod(Boolean.class, "getBoolean", String.class)
                .orShould()
                .callMethod(System.class, "setProperty", String.class, String.class)
                .check(Production.CLASSES);
    }

    @Test
    void systemPropertiesReadAreThoseOfTheJdk() {
        List<String> broken = new ArrayList<>();
        int methods = 0;
        for (ClassModel type : Production.bytecode()) {
            for (MethodModel method : type.methods()) {
                methods++;
                findForeignProperties(type, method, broken);
            }
        }
        assertFalse(methods == 0, "no methods were read");
        assertEquals(List.of(), broken, "make it a parameter instead");
    }

    private static void findForeignProperties(ClassModel type, MethodModel method, List<String> broken) {
        List<Instruction> before = new ArrayList<>();
        for (CodeElement element : method.code().map(code -> code.elementList()).orElse(List.of())) {
            if (element instanceof InvokeInstruction call
                    && call.owner().asInternalName().equals("java/lang/System")
                    && call.name().stringValue().equals("getProperty")) {
                int arguments = call.typeSymbol().parameterCount();
                String name = constant(before, before.size() - arguments);
                if (!name.matches("(java|os|user|file|line|native|sun\\.arch)\\..*")) {
                    broken.add(type.thisClass().asInternalName()
                            + "."
                            + method.methodName().stringValue()
                            + " reads "
                            + name);
                }
            }
            if (element instanceof Instruction instruction) {
                before.add(instruction);
            }
        }
    }

    private static String constant(List<Instruction> instructions, int at) {
        return at >= 0 && instructions.get(at) instanceof ConstantInstruction constant
                ? String.valueOf(constant.constantValue())
                : "a name that is not a constant";
    }
}
