Console.WriteLine("linnet 0.1.0");
