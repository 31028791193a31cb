@echo off
rem Builds Linnet on first use and when its sources changed, and runs the command line.
rem   linnet demo            hear it work
rem   linnet serve song.wav  send
rem   linnet play HOST       listen
setlocal EnableExtensions DisableDelayedExpansion
set "LINNET_ROOT=%~dp0"
set "LINNET_APP=%~dp0artifacts\bin\Linnet.Cli\release\Linnet.Cli.exe"
set "LINNET_STAMP=%~dp0artifacts\linnet.list"
set "LINNET_LOG=%~dp0artifacts\linnet.log"
set "LINNET_TOOLS=%SystemRoot%\System32"
set "DOTNET_CLI_TELEMETRY_OPTOUT=1"
set "DOTNET_NOLOGO=1"
rem Exit codes are compared as text throughout: those of dotnet may be negative, which "if errorlevel 1" takes for success.

call :is_built
if not "%ERRORLEVEL%"=="0" call :build
if not "%ERRORLEVEL%"=="0" exit /b 1
rem A runtime that is not in the usual place.
set "LINNET_DOTNET="
set /p LINNET_DOTNET=<"%LINNET_STAMP%.dotnet"
if exist "%LINNET_DOTNET%" for %%D in ("%LINNET_DOTNET%") do if /i "%%~xD"==".exe" set "DOTNET_ROOT=%%~dpD"
rem Not in a block: the arguments may hold any characters.
"%LINNET_APP%" %*
exit /b %ERRORLEVEL%

rem list: prints the time, the size and the attributes of each source file. A change of a file sets its archive attribute.
:list
pushd "%LINNET_ROOT%src"
for /r %%F in (*) do @echo %%~atzF %%F
cd ..
for %%F in (Directory.* global.json) do @echo %%~atzF %%F
popd
exit /b 0

rem list_now: writes the list into LINNET_NEW, a folder of this run alone. Two that start at once have the same random numbers.
:list_now
set "LINNET_TRIES=0"
:list_folder
set "LINNET_NEW=%TEMP%\linnet-%RANDOM%-%RANDOM%"
mkdir "%LINNET_NEW%" 2>nul
if "%ERRORLEVEL%"=="0" goto list_write
set /a LINNET_TRIES+=1
if %LINNET_TRIES% lss 100 goto list_folder
echo linnet: cannot write to %TEMP% 1>&2
exit /b 1
:list_write
call :list >"%LINNET_NEW%\list"
exit /b 0

rem is_built: the last build was good, and nothing that it reads changed since.
:is_built
if not exist "%LINNET_APP%" exit /b 1
if not exist "%LINNET_STAMP%" exit /b 1
if not exist "%LINNET_STAMP%.dotnet" exit /b 1
call :list_now
if not "%ERRORLEVEL%"=="0" exit /b 1
"%LINNET_TOOLS%\fc.exe" /b "%LINNET_NEW%\list" "%LINNET_STAMP%" >nul 2>nul
set "LINNET_DIFFERS=%ERRORLEVEL%"
rmdir /s /q "%LINNET_NEW%"
exit /b %LINNET_DIFFERS%

:build
call :find_dotnet
if not "%ERRORLEVEL%"=="0" exit /b 1
if not exist "%LINNET_ROOT%artifacts" mkdir "%LINNET_ROOT%artifacts"
echo linnet: building, once ^(a minute or so^)... 1>&2
set "LINNET_WAITS=0"
rem Two first uses at once: a file is open for one writer only, so the second waits and finds it done.
:build_turn
set "LINNET_RESULT="
call :build_locked 2>nul
if defined LINNET_RESULT goto build_result
"%LINNET_TOOLS%\ping.exe" -n 2 127.0.0.1 >nul
set /a LINNET_WAITS+=1
if %LINNET_WAITS% lss 600 goto build_turn
echo linnet: cannot write to artifacts\linnet.lock, or another build has not ended for ten minutes 1>&2
exit /b 1
:build_result
if "%LINNET_RESULT%"=="0" exit /b 0
rem MSB3021 and MSB3027: a file cannot be replaced.
"%LINNET_TOOLS%\findstr.exe" /c:"MSB3021" /c:"MSB3027" "%LINNET_LOG%" >nul
if "%ERRORLEVEL%"=="0" echo linnet: the sources changed, but Windows does not replace a program that runs; end the other linnet and run this again 1>&2
"%LINNET_TOOLS%\findstr.exe" /c:"error" "%LINNET_LOG%" 1>&2
echo linnet: the build failed; the whole of what it said is in artifacts\linnet.log 1>&2
exit /b 1

rem build_locked: builds if no other run does; else leaves LINNET_RESULT empty, and Windows says why.
:build_locked
call :build_alone >>"%LINNET_ROOT%artifacts\linnet.lock"
exit /b 0

rem build_alone: builds, and sets LINNET_RESULT to the exit code. Prints nothing. A "call" would read the folder's name as text with
rem variables once more, so paths are relative, and an .exe is not called.
:build_alone
call :is_built
set "LINNET_RESULT=%ERRORLEVEL%"
if "%LINNET_RESULT%"=="0" exit /b 0
rem Before the build, so that a change during the build counts.
"%LINNET_TOOLS%\attrib.exe" -a "%LINNET_ROOT%src\*" /s >nul 2>nul
"%LINNET_TOOLS%\attrib.exe" -a "%LINNET_ROOT%Directory.*" >nul 2>nul
"%LINNET_TOOLS%\attrib.exe" -a "%LINNET_ROOT%global.json" >nul 2>nul
call :list_now
if not "%ERRORLEVEL%"=="0" exit /b 1
pushd "%LINNET_ROOT%"
set "LINNET_ARGS=build src\Linnet.Cli -c Release -v q -nologo -nodeReuse:false -p:UseSharedCompilation=false"
if /i "%LINNET_DOTNET:~-4%"==".exe" ("%LINNET_DOTNET%" %LINNET_ARGS% <nul >artifacts\linnet.log 2>&1) else call "%LINNET_DOTNET%" %LINNET_ARGS% <nul >artifacts\linnet.log 2>&1
set "LINNET_RESULT=%ERRORLEVEL%"
popd
if "%LINNET_RESULT%"=="0" call :build_done
rmdir /s /q "%LINNET_NEW%"
exit /b 0

:build_done
for %%D in ("%LINNET_DOTNET%") do >"%LINNET_STAMP%.dotnet" echo %%~D
move /y "%LINNET_NEW%\list" "%LINNET_STAMP%" >nul
exit /b 0

rem find_dotnet: sets LINNET_DOTNET to the first dotnet whose SDK matches global.json. If there is none, says so.
:find_dotnet
set "LINNET_DOTNET="
set "LINNET_SEEN="
pushd "%LINNET_ROOT%"
for %%D in (dotnet.exe dotnet.cmd) do if not "%%~$PATH:D"=="" call :try "%%~$PATH:D"
call :try "%DOTNET_ROOT%\dotnet.exe"
call :try "%ProgramFiles%\dotnet\dotnet.exe"
call :try "%LOCALAPPDATA%\Microsoft\dotnet\dotnet.exe"
popd
if defined LINNET_DOTNET exit /b 0
set "LINNET_HAS=none"
if defined LINNET_SEEN set "LINNET_HAS=another version, or only a runtime"
echo linnet: needs the .NET 10 SDK, but this machine has %LINNET_HAS%; install it with: winget install Microsoft.DotNet.SDK.10 - or from https://dotnet.microsoft.com/download/dotnet/10.0 - and run this again in a new window. 1>&2
exit /b 1

:try
if defined LINNET_DOTNET exit /b 0
if not exist "%~1" exit /b 0
set "LINNET_SEEN=1"
call "%~1" --version >nul 2>nul
if not "%ERRORLEVEL%"=="0" exit /b 0
set "LINNET_DOTNET=%~1"
exit /b 0
