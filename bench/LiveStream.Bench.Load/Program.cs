using System.CommandLine;
using LiveStream.Bench.Load.Commands;

const int WrongUse = 2;

var root = new RootCommand("Measures the engine and its peers on workload W1, and checks every answer.")
{
    GrowthCommand.Create(),
    LatencyCommand.Create(),
};
TableCommand.AddTo(root);
var parsed = root.Parse(args);
var code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? WrongUse : code;
