@echo off
rem Builds Linnet on first use and when its sources changed, and runs the command line.
rem   linnet demo            hear it work
rem   linnet serve song.wav  send
rem   linnet play HOST       listen
setlocal EnableExtensions DisableDelayedExpansion
set "LINNET_ROOT=%~dp0"
set "LINNET_APP=%~dp0artifacts\bin\Linnet.Cli\release\Linnet.Cli.exe"
set "LINNET_STAMP=%~dp0artifacts\linnet.list"
set "LINNET_NOW=%TEMP%\linnet-%RANDOM%-%RANDOM%.list"
set "DOTNET_CLI_TELEMETRY_OPTOUT=1"
set "DOTNET_NOLOGO=1"

call :is_built
if errorlevel 1 call :build
if errorlevel 1 exit /b 1
rem A runtime that is not in the usual place.
set /p LINNET_DOTNET=<"%LINNET_STAMP%.dotnet"
for %%D in ("%LINNET_DOTNET%") do if /i "%%~xD"==".exe" set "DOTNET_ROOT=%%~dpD"
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

rem is_built: the last build was good, and nothing that it reads changed since.
:is_built
if not exist "%LINNET_APP%" exit /b 1
if not exist "%LINNET_STAMP%" exit /b 1
if not exist "%LINNET_STAMP%.dotnet" exit /b 1
call :list >"%LINNET_NOW%"
fc /b "%LINNET_NOW%" "%LINNET_STAMP%" >nul 2>nul
if errorlevel 1 (
  del "%LINNET_NOW%" 2>nul
  exit /b 1
)
del "%LINNET_NOW%" 2>nul
exit /b 0

:build
call :find_dotnet
if errorlevel 1 exit /b 1
echo linnet: building, once ^(a minute or so^)... 1>&2
if not exist "%LINNET_ROOT%artifacts" mkdir "%LINNET_ROOT%artifacts"
rem Before the build, so that a change during the build counts.
attrib -a "%LINNET_ROOT%src\*" /s >nul 2>nul
attrib -a "%LINNET_ROOT%Directory.*" >nul 2>nul
attrib -a "%LINNET_ROOT%global.json" >nul 2>nul
call :list >"%LINNET_NOW%"
call "%LINNET_DOTNET%" build "%LINNET_ROOT%src\Linnet.Cli" -c Release -v q -nologo -nodeReuse:false -p:UseSharedCompilation=false <nul >"%LINNET_ROOT%artifacts\linnet.log" 2>&1
if errorlevel 1 (
  del "%LINNET_NOW%" 2>nul
  findstr /c:"error" "%LINNET_ROOT%artifacts\linnet.log" 1>&2
  echo linnet: the build failed; the whole of what it said is in artifacts\linnet.log 1>&2
  exit /b 1
)
>"%LINNET_STAMP%.dotnet" echo %LINNET_DOTNET%
move /y "%LINNET_NOW%" "%LINNET_STAMP%" >nul
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
if defined LINNET_SEEN set "LINNET_HAS=another version"
echo linnet: needs the .NET 10 SDK, but this machine has %LINNET_HAS%; install it with: winget install Microsoft.DotNet.SDK.10 - or from https://dotnet.microsoft.com/download/dotnet/10.0 - and run this again in a new window. 1>&2
exit /b 1

:try
if defined LINNET_DOTNET exit /b 0
if not exist "%~1" exit /b 0
set "LINNET_SEEN=1"
call "%~1" --version >nul 2>nul
if errorlevel 1 exit /b 0
set "LINNET_DOTNET=%~1"
exit /b 0
