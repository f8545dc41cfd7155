using LiveStream.App.Commands;

return await CommandTree.RunAsync(args);
