using System.CommandLine;
using Linnet.Cli.Help;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet completion SHELL</c>: prints a script with which a shell completes Linnet's commands and options.</summary>
/// <remarks>
/// Each script passes the text before the cursor, without the program's name, to the directive <c>[suggest:POSITION]</c>, which answers
/// with one word per line. Options are offered where a word begins with <c>-</c>. Elsewhere, if no word fits, the shell offers files.
/// </remarks>
internal static class CompletionCommand
{
    private const string Bash = """
        # bash: put this into ~/.bashrc:  source <(linnet completion bash)
        _linnet() {
            local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]}
            line=${line#*[[:space:]]}
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word"))
            if [[ $word != -* ]]; then
                local kept=() reply
                for reply in "${COMPREPLY[@]}"; do [[ $reply == -* ]] || kept+=("$reply"); done
                COMPREPLY=("${kept[@]}")
            fi
        }
        complete -o default -o bashdefault -F _linnet linnet ./linnet
        """;

    private const string Zsh = """
        # zsh: put this into ~/.zshrc, behind compinit:  source <(linnet completion zsh)
        _linnet() {
            local line="${(j: :)words[2,CURRENT]}" word="${words[CURRENT]}"
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            [[ $word == -* ]] || found=("${(@)found:#-*}")
            found=("${(@)found:#}")
            compadd -- "${found[@]}" || _files
        }
        compdef _linnet linnet ./linnet
        """;

    private const string Fish = """
        # fish: put this into ~/.config/fish/completions/linnet.fish:  linnet completion fish | source
        function __linnet
            set -l words (commandline -opc)
            set -l word (commandline -ct)
            set -l line (string join -- ' ' $words[2..-1] $word)
            for found in ($words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
                if string match -q -- '-*' "$word"; or not string match -q -- '-*' "$found"
                    echo $found
                end
            end
        end
        complete -c linnet -a '(__linnet)'
        """;

    private const string PowerShell = """
        # PowerShell: put this into $PROFILE:  linnet completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName linnet, Linnet.Cli -ScriptBlock {
            param($word, $ast, $position)
            $line = $ast.ToString().PadRight($position).Substring(0, $position) -replace '^\S+\s', ''
            & $ast.CommandElements[0].Value "[suggest:$($line.Length)]" $line 2>$null |
                Where-Object { ($word -like '-*') -or ($_ -notlike '-*') } |
                Where-Object { $_ -like "$word*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
        }
        """;

    private static readonly (string Name, string Script)[] Shells = [("bash", Bash), ("zsh", Zsh), ("fish", Fish), ("pwsh", PowerShell)];

    private static readonly Argument<string> ShellName = new("SHELL") { Description = "Shell to complete for: bash, zsh, fish or pwsh." };

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "completion",
            "Print a script that lets a shell complete Linnet's commands and options.",
            ("source <(linnet completion bash)", "bash; add the line to ~/.bashrc to keep it"),
            ("source <(linnet completion zsh)", "zsh; add the line to ~/.zshrc to keep it"),
            ("linnet completion fish | source", "fish"),
            ("linnet completion pwsh | Out-String | Invoke-Expression", "PowerShell"))
        {
            ShellName,
        };
        ShellName.CompletionSources.Clear();
        ShellName.CompletionSources.Add([.. Shells.Select(static s => s.Name)]);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string wanted = parsed.GetRequiredValue(ShellName);
            string script = Shells.FirstOrDefault(s => s.Name == wanted).Script
                ?? throw new UsageException(
                    $"'{wanted}' is not a supported shell: use one of {string.Join(", ", Shells.Select(static s => s.Name))}.");
            shell.Out.WriteLine(script);
            await shell.DeliverAsync(cancellationToken);
            return ExitCode.Ended;
        });
        return command;
    }
}
