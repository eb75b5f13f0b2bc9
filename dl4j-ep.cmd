@echo off
rem Runs the dl4j-ep command from the jar that mvnw package builds.
rem JAVA_HOME selects the Java, DL4J_EP_OPTS holds further JVM options, such as -Xmx8g.
rem No blocks in brackets: the brackets of "Program Files (x86)" would end them.

setlocal DisableDelayedExpansion
set "jar=%~dp0dl4j-ep-cli\target\dl4j-ep.jar"
if exist "%jar%" goto find_java
>&2 echo dl4j-ep: "%jar%" does not exist yet; build it in "%~dp0" with: mvnw package -DskipTests
exit /b 2

:find_java
if not defined JAVA_HOME goto java_of_path
set "java=%JAVA_HOME%\bin\java.exe"
if exist "%java%" goto run
>&2 echo dl4j-ep: JAVA_HOME is "%JAVA_HOME%", which has no bin\java.exe
exit /b 2

:java_of_path
set "java=java.exe"
where /q java.exe
if not errorlevel 1 goto run
>&2 echo dl4j-ep: no Java found; install Java 17 or later, or set JAVA_HOME
exit /b 2

:run
rem OpenMP's threads spin while they wait, by default. On a machine of few cores that takes the time away from the threads that
rem work, from DL4J's own trainers as well as from EP.
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=PASSIVE"
"%java%" -Djava.awt.headless=true %DL4J_EP_OPTS% -jar "%jar%" %*
exit /b %ERRORLEVEL%
